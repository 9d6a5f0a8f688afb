package sotto.standalone;

import java.io.IOException;

/// Why the server cannot start; the message is a sentence for the operator.
final class CannotServe extends IOException {
  private static final long serialVersionUID = 1;

  CannotServe(String message) {
    super(message);
  }

  CannotServe(String message, Throwable cause) {
    super(message, cause);
  }
}
