package sotto.mesh;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// Gives unary calls that have no deadline one. Streams live as long as their ends do.
///
/// @param after how long such a call may take
record DefaultDeadline(Duration after) implements ClientInterceptor {
  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    var bounded =
        method.getType() != MethodDescriptor.MethodType.UNARY
            || options.getDeadline() != null
            || Context.current().getDeadline() != null;
    return next.newCall(
        method,
        bounded ? options : options.withDeadlineAfter(after.toMillis(), TimeUnit.MILLISECONDS));
  }
}
