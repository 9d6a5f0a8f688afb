package sotto.mesh;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverRegistry;
import io.grpc.StatusOr;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Resolves `static:///HOST:PORT,HOST:PORT` to what it says.
final class StaticNames extends NameResolver {
  private static final String SCHEME = "static";

  private final List<EquivalentAddressGroup> pods;

  private StaticNames(List<String> pods) {
    this.pods = pods.stream().map(HostPort::parse).map(StaticNames::group).toList();
  }

  /// Resolvers of this scheme, and gRPC's own of all others.
  static NameResolver.Factory andGrpcs() {
    var others = NameResolverRegistry.getDefaultRegistry().asFactory();
    return new NameResolver.Factory() {
      @Override
      public @Nullable NameResolver newNameResolver(URI target, NameResolver.Args args) {
        return SCHEME.equals(target.getScheme())
            ? new StaticNames(PodTarget.split(target.getPath().substring(1)))
            : others.newNameResolver(target, args);
      }

      @Override
      public String getDefaultScheme() {
        return others.getDefaultScheme();
      }
    };
  }

  private static EquivalentAddressGroup group(HostPort pod) {
    // Unresolved: the name stays the one that was given.
    return new EquivalentAddressGroup(InetSocketAddress.createUnresolved(pod.host(), pod.port()));
  }

  @Override
  public String getServiceAuthority() {
    return SCHEME;
  }

  @Override
  public void start(Listener2 listener) {
    listener.onResult(
        ResolutionResult.newBuilder().setAddressesOrError(StatusOr.fromValue(pods)).build());
  }

  @Override
  public void shutdown() {
    // It holds nothing.
  }
}
