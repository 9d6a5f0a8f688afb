package sotto.relay.limit;

import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Optional;
import sotto.mesh.Permit;
import sotto.proto.Statuses;

/// A limit that was met: which, and when to come back.
///
/// @param limit its setting, without `relay.`
/// @param retryAfter how long to wait, at least a millisecond
public record Exceeded(String limit, Duration retryAfter) {
  /// What a limiter's answer means for a limit.
  ///
  /// @return empty when it was granted
  public static Optional<Exceeded> of(String limit, Permit permit) {
    return switch (permit) {
      case Permit.Granted _ -> Optional.empty();
      case Permit.Refused(Duration retryAfter) -> Optional.of(new Exceeded(limit, retryAfter));
    };
  }

  /// What a call or stream ends with.
  public StatusRuntimeException status() {
    return Statuses.rateLimited(limit, retryAfter);
  }
}
