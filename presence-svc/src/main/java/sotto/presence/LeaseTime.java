package sotto.presence;

import java.time.Clock;

/// The time by which leases are measured, in milliseconds from the start: it follows the clock,
/// never goes back, and moves by at most one step at each call.
///
/// A clock that is set, or a process that stood still, does not end the leases of relays that are
/// well: their frames are read before enough steps have passed.
final class LeaseTime {
  private final Clock clock;
  private final long step;
  private long read; // guarded by this
  private volatile long now;

  /// @param step the most by which one call of [#advance] moves the time, milliseconds
  LeaseTime(Clock clock, long step) {
    this.clock = clock;
    this.step = step;
    this.read = clock.millis();
  }

  /// Milliseconds since the start, as of the last [#advance].
  long now() {
    return now;
  }

  /// Follows the clock by at most one step.
  ///
  /// @return the new time
  synchronized long advance() {
    long millis = clock.millis();
    long passed = Math.clamp(millis - read, 0L, step);
    read = millis;
    now += passed;
    return now;
  }
}
