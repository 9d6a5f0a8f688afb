package sotto.mesh;

import java.time.Duration;

/// The answer of a rate limiter.
public sealed interface Permit {
  /// Go on.
  record Granted() implements Permit {}

  /// Not now; nothing was taken.
  ///
  /// @param retryAfter when as much may be asked for again, at least a millisecond
  record Refused(Duration retryAfter) implements Permit {}

  /// The one grant.
  Granted GRANTED = new Granted();
}
