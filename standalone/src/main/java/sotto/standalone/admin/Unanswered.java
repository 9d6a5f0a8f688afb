package sotto.standalone.admin;

import io.grpc.StatusRuntimeException;
import java.net.ConnectException;
import java.util.Objects;
import sotto.mesh.MeshNetwork;

/// Says why a pod has not answered, for people.
final class Unanswered {
  private static final int DEEPEST = 8;

  private Unanswered() {}

  static String why(StatusRuntimeException e) {
    return switch (e.getStatus().getCode()) {
      case DEADLINE_EXCEEDED -> "has not answered in time";
      case UNIMPLEMENTED -> "does not know this call: it is of an older version";
      case UNAVAILABLE -> MeshNetwork.refusal(e).orElseGet(() -> unreached(e));
      case PERMISSION_DENIED -> "refuses: " + text(e);
      default -> "has failed: " + text(e);
    };
  }

  private static String unreached(StatusRuntimeException e) {
    Throwable cause = e.getCause();
    for (var i = 0; cause != null && i < DEEPEST; i++) {
      if (cause instanceof ConnectException) {
        return "is not reached: nothing listens there";
      }
      cause = cause.getCause();
    }
    return "is not reached: " + text(e);
  }

  private static String text(StatusRuntimeException e) {
    return Objects.requireNonNullElse(
        e.getStatus().getDescription(), e.getStatus().getCode().name());
  }
}
