package sotto.cli;

import java.util.logging.Level;
import java.util.logging.Logger;

/// Configures `java.util.logging` to say nothing: what a person must know, the client says itself.
/// The log manager makes an instance (see `java.util.logging.config.class`).
public final class QuietLogs {
  /// Turns all logs off.
  public QuietLogs() {
    Logger.getLogger("").setLevel(Level.OFF);
  }
}
