package sotto.mesh;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.Optional;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// Reports calls that a pod has not let this process make.
///
/// @param refusals takes the reports
/// @param pod who is called
record RefusedCalls(Refusals refusals, String pod) implements ClientInterceptor {
  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<R> listener, Metadata headers) {
        super.start(
            new SimpleForwardingClientCallListener<>(listener) {
              @Override
              public void onClose(Status status, Metadata trailers) {
                if (refused(status, trailers)) {
                  refusals.wasRefused(
                      pod,
                      method.getFullMethodName(),
                      Optional.ofNullable(status.getDescription()).orElse("it does not say"));
                }
                super.onClose(status, trailers);
              }
            },
            headers);
      }
    };
  }

  private static boolean refused(Status status, Metadata trailers) {
    return !status.isOk()
        && Statuses.reason(status.asRuntimeException(trailers))
            .filter(Reason.CALLER_NOT_ALLOWED::equals)
            .isPresent();
  }
}
