package sotto.mesh;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import java.util.concurrent.atomic.AtomicInteger;

/// Spreads calls over the pods of a service that serve everybody alike: each goes to the next pod
/// that is not down, or just to the next if all are. Thread-safe.
final class RoundRobin extends Channel {
  private final Pods pods;
  private final AtomicInteger turn = new AtomicInteger();

  RoundRobin(Pods pods) {
    this.pods = pods;
  }

  @Override
  public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
    return next().newCall(method, options);
  }

  @Override
  public String authority() {
    return "any";
  }

  private Channel next() {
    var names = pods.list().names();
    if (names.isEmpty()) {
      return NoChannel.INSTANCE;
    }
    var first = turn.getAndIncrement();
    for (var i = 0; i < names.size(); i++) {
      var name = names.get(Math.floorMod(first + i, names.size()));
      if (!pods.isDown(name)) {
        return pods.channel(name);
      }
    }
    return pods.channel(names.get(Math.floorMod(first, names.size())));
  }
}
