package sotto.mesh;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// Turns whatever ends a call into a status with exactly one of our reasons. Only messages made by
/// [Statuses] pass; any other text may hold content and is left out.
final class Failures {
  private Failures() {}

  /// The status to answer a status with: itself when it names a reason of ours.
  static StatusRuntimeException reasoned(Status status, Metadata trailers) {
    var own = status.asRuntimeException(trailers);
    return Statuses.reason(own).isPresent() ? own : reasonFor(status.getCode());
  }

  static Metadata trailersOf(StatusRuntimeException e) {
    var trailers = e.getTrailers();
    return trailers == null ? new Metadata() : trailers;
  }

  private static StatusRuntimeException reasonFor(Status.Code code) {
    return switch (code) {
      // What a call to a server behind this one ends with when that server does not answer.
      case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED, ABORTED ->
          Statuses.of(Reason.UNAVAILABLE, "a server behind this one does not answer");
      case UNIMPLEMENTED -> Statuses.of(Reason.NOT_SERVED, "this server does not serve the call");
      case RESOURCE_EXHAUSTED -> Statuses.of(Reason.LIMIT_REACHED, "a limit of the server");
      default -> Statuses.of(Reason.INTERNAL, "the server failed; its log says more");
    };
  }
}
