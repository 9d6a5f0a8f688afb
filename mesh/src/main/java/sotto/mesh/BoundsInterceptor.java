package sotto.mesh;

import com.google.protobuf.Message;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.Map;
import sotto.proto.Bounds;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// Checks every message of every call, unary or frame of a stream, by the bounds of its proto
/// before the service sees it.
///
/// A violation ends the call with [sotto.proto.Reason#FIELD_OUT_OF_BOUNDS], whose metadata `field`
/// is the path; so does a request whose bytes are no message. Messages that are not protobuf
/// messages (a service's own marshaller) pass: such a service checks itself. Stands inside a
/// [FailureInterceptor].
public final class BoundsInterceptor implements ServerInterceptor {
  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      @Override
      public void onMessage(Q message) {
        if (Unreadable.is(message)) {
          throw Statuses.of(
              Reason.FIELD_OUT_OF_BOUNDS,
              "the bytes are not the message of this call",
              Map.of("field", ""));
        }
        if (message instanceof Message proto) {
          var violation = Bounds.check(proto);
          if (violation.isPresent()) {
            throw Statuses.outOfBounds(violation.get());
          }
        }
        super.onMessage(message);
      }
    };
  }
}
