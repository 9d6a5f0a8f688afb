package sotto.mesh;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import java.util.List;

/// Sends the calls of an account to one pod of a service that any pod can serve: the first in the
/// order of the account that is not down, or just the first if all are. Calls that are made for
/// nobody go to any. Thread-safe.
final class OfAccount extends Channel {
  private final Pods pods;
  private final Channel any;

  OfAccount(Pods pods) {
    this.pods = pods;
    this.any = new RoundRobin(pods);
  }

  @Override
  public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
    return Caller.current()
        .map(caller -> channel(pods.list().ranked(caller.account().low())))
        .orElse(any)
        .newCall(method, options);
  }

  @Override
  public String authority() {
    return "any";
  }

  private Channel channel(List<String> ranked) {
    return ranked.stream()
        .filter(pod -> !pods.isDown(pod))
        .findFirst()
        .or(() -> ranked.stream().findFirst())
        .map(pods::channel)
        .orElse(NoChannel.INSTANCE);
  }
}
