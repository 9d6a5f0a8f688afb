package sotto.mesh;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// Holds the callers of a server to the [CallTable]: reads once for each connection who is at its
/// other end, and refuses calls that are not that role's to make, and callers' headers from one
/// that has authenticated nobody.
final class MeshPeers extends ServerTransportFilter implements ServerInterceptor {
  private static final Attributes.Key<MeshName> NAME = Attributes.Key.create("sotto-mesh-name");

  private final Role server;
  private final Refusals refusals;

  MeshPeers(Role server, Refusals refusals) {
    this.server = server;
    this.refusals = refusals;
  }

  @Override
  public Attributes transportReady(Attributes attributes) {
    return name(attributes.get(Grpc.TRANSPORT_ATTR_SSL_SESSION))
        .map(name -> attributes.toBuilder().set(NAME, name).build())
        .orElse(attributes);
  }

  /// Who is at the other end of a call's connection.
  ///
  /// @return empty if it has no name in the mesh
  static Optional<MeshName> of(ServerCall<?, ?> call) {
    return Optional.ofNullable(call.getAttributes().get(NAME));
  }

  private static Optional<MeshName> name(@Nullable SSLSession session) {
    try {
      return session != null
              && session.getPeerCertificates()[0] instanceof X509Certificate certificate
          ? MeshName.of(certificate)
          : Optional.empty();
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty();
    }
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    @Nullable MeshName peer = call.getAttributes().get(NAME);
    var method = call.getMethodDescriptor().getFullMethodName();
    if (peer == null) {
      throw refuse("unknown", method, "it has no name in the mesh");
    }
    if (!CallTable.callees(peer.role()).contains(server)) {
      throw refuse(peer.toString(), method, "a " + peer.role() + " may not call a " + server);
    }
    var service = call.getMethodDescriptor().getServiceName();
    if (service == null || !CallTable.allows(peer.role(), server, service)) {
      throw refuse(
          peer.toString(), method, "a " + peer.role() + " may not call this of a " + server);
    }
    if ((headers.containsKey(Caller.ACCOUNT) || headers.containsKey(Caller.DEVICE))
        && !CallTable.believed(peer.role(), server)) {
      throw refuse(
          peer.toString(), method, "a " + peer.role() + " may not call on behalf of a device");
    }
    return next.startCall(call, headers);
  }

  private RuntimeException refuse(String peer, String method, String why) {
    refusals.refused(peer, method, why);
    return Statuses.of(Reason.CALLER_NOT_ALLOWED, why);
  }
}
