package sotto.mesh;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.stub.MetadataUtils;
import java.util.function.Predicate;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// Passes a call on to another pod of the same service when its header `sotto-pass-to` names one:
/// for a caller that does not reach that pod itself (protocol B3).
///
/// The call goes there with its messages, its caller, its deadline and its cancellation, and with
/// no other header, so it is never passed on again. Stands inside a [CallerInterceptor], which has
/// decided whom to believe.
public final class PassOn implements ServerInterceptor {
  private static final Metadata.Key<String> TO =
      Metadata.Key.of("sotto-pass-to", Metadata.ASCII_STRING_MARSHALLER);

  private final Pods pods;
  private final Predicate<String> allowed;

  /// Passes on to pods of a service.
  ///
  /// @param pods the ways to them
  /// @param allowed whether a pod may be gone to; others are refused with [Reason#UNAVAILABLE].
  ///   Must not block
  public PassOn(Pods pods, Predicate<String> allowed) {
    this.pods = pods;
    this.allowed = allowed;
  }

  /// A channel whose calls a pod passes on to another.
  ///
  /// @param through to the pod that passes on
  /// @param pod the one that they go to, `host:port`
  /// @return the channel
  public static Channel via(Channel through, String pod) {
    var headers = new Metadata();
    headers.put(TO, pod);
    return ClientInterceptors.intercept(
        through, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    var pod = headers.get(TO);
    if (pod == null) {
      return next.startCall(call, headers);
    }
    if (!allowed.test(pod)) {
      throw Statuses.of(Reason.UNAVAILABLE, "the pod is not known here");
    }
    var channel = pods.channel(pod);
    var target =
        Caller.current()
            .<Channel>map(caller -> ClientInterceptors.intercept(channel, caller.interceptor()))
            .orElse(channel);
    return JoinedCall.join(
        call,
        target.newCall(call.getMethodDescriptor(), CallOptions.DEFAULT),
        JoinedCall.Gate.open());
  }
}
