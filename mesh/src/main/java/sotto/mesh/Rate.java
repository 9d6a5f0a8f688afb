package sotto.mesh;

import java.time.Duration;

/// How much of something is allowed: a burst, refilled evenly.
///
/// @param burst how many at once, 1 to a billion
/// @param refill how long a whole burst takes to come back, 1 ms to 30 days
public record Rate(int burst, Duration refill) {
  /// Checks the bounds.
  ///
  /// @throws IllegalArgumentException naming field, value and bound
  public Rate {
    Require.between("burst", burst, 1, 1_000_000_000);
    Require.between("refill", refill, Duration.ofMillis(1), Duration.ofDays(30));
  }

  /// Reads `BURST/TIME`, such as `30/1m`.
  ///
  /// @param text as in config
  /// @return the rate
  /// @throws IllegalArgumentException saying the form
  public static Rate parse(String text) {
    var parts = text.split("/", -1);
    if (parts.length != 2 || !parts[0].matches("[0-9]{1,10}")) {
      throw new IllegalArgumentException("COUNT/TIME such as 30/1m");
    }
    try {
      return new Rate(Math.toIntExact(Long.parseLong(parts[0])), Durations.parse(parts[1]));
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("COUNT/TIME with a count up to a billion", e);
    }
  }

  /// Nanoseconds for one.
  double perToken() {
    return (double) refill.toNanos() / burst;
  }

  @Override
  public String toString() {
    return burst + "/" + Durations.text(refill);
  }
}
