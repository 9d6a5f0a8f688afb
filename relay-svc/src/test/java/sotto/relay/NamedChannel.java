package sotto.relay;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import java.util.Optional;
import java.util.function.Supplier;
import sotto.mesh.Pods;

/// A channel to whatever has a name at the time of the call, or to nobody.
final class NamedChannel extends Channel {
  private final String name;
  private final Supplier<Optional<Channel>> now;

  NamedChannel(String name, Supplier<Optional<Channel>> now) {
    this.name = name;
    this.now = now;
  }

  @Override
  public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
    return now.get().orElseGet(() -> Pods.none().channel(name)).newCall(method, options);
  }

  @Override
  public String authority() {
    return name;
  }
}
