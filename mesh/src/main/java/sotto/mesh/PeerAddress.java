package sotto.mesh;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/// The network that a call on the public port comes from, as far as limits need it: the whole
/// address of IPv4, the first 64 bits of IPv6 (what one subscriber can choose from). It goes into
/// no log, trace or metric.
///
/// @param network the address as a number; IPv4 in the low 32 bits
/// @param six whether it is IPv6
public record PeerAddress(long network, boolean six) {
  private static final Context.Key<PeerAddress> CURRENT = Context.key("sotto-peer-address");

  /// The network of the call that the current thread serves.
  ///
  /// @return empty for calls inside the process
  public static Optional<PeerAddress> current() {
    return Optional.ofNullable(CURRENT.get());
  }

  /// The network of an address.
  ///
  /// @param address any address
  /// @return its network
  public static PeerAddress of(InetAddress address) {
    var bytes = ByteBuffer.wrap(address.getAddress());
    return address instanceof Inet6Address
        ? new PeerAddress(bytes.getLong(), true)
        : new PeerAddress(Integer.toUnsignedLong(bytes.getInt()), false);
  }

  /// Neither the address nor a part of it.
  @Override
  public String toString() {
    return six ? "PeerAddress[IPv6]" : "PeerAddress[IPv4]";
  }

  /// Makes the peer's network current on the public port, and throws away the headers that only
  /// internal servers believe.
  static final class Interceptor implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      headers.discardAll(Caller.ACCOUNT);
      headers.discardAll(Caller.DEVICE);
      return call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)
              instanceof InetSocketAddress remote
          ? Contexts.interceptCall(
              Context.current().withValue(CURRENT, of(remote.getAddress())), call, headers, next)
          : next.startCall(call, headers);
    }
  }
}
