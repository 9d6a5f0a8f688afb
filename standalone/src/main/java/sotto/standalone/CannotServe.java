package sotto.standalone;

import java.io.IOException;
import sotto.mesh.HostPort;

/// Why the server cannot start; the message is a sentence for the operator.
final class CannotServe extends IOException {
  private static final long serialVersionUID = 1;

  CannotServe(String message) {
    super(message);
  }

  CannotServe(String message, Throwable cause) {
    super(message, cause);
  }

  /// A port cannot be had.
  static CannotServe listening(HostPort at, IOException thrown) {
    var cause = thrown.getCause() == null ? thrown : thrown.getCause();
    // The network's own words come last: "bind(..) failed with error(-98): Address already in use".
    var words = Trouble.sentence(cause).replaceFirst("^.*: ", "");
    return new CannotServe("cannot listen at " + at + ": " + words, thrown);
  }
}
