package sotto.relay.call;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.MethodDescriptor;

/// Makes calls that are nobody's: without the deadline and the cancellation of the call in which
/// they happen to be made.
///
/// What serves many clients (the append stream, a batch of acks) is started in the turn of one of
/// them and must not end with it.
public final class Detached implements ClientInterceptor {
  private Detached() {}

  /// A channel whose calls stand alone.
  public static Channel of(Channel channel) {
    return ClientInterceptors.intercept(channel, new Detached());
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    var before = Context.ROOT.attach();
    try {
      return next.newCall(method, options);
    } finally {
      Context.ROOT.detach(before);
    }
  }
}
