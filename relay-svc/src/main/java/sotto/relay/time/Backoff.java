package sotto.relay.time;

import java.util.random.RandomGenerator;

/// How long to wait before trying again: twice as long each time up to a bound, and each wait
/// random between half and all of that, so that those who failed together do not come back
/// together.
///
/// @param firstMillis the first wait
/// @param longestMillis the bound
/// @param random the jitter, thread-safe
public record Backoff(long firstMillis, long longestMillis, RandomGenerator random) {
  /// Checks the bounds.
  ///
  /// @throws IllegalArgumentException if they are out of order
  public Backoff {
    if (firstMillis < 1 || longestMillis < firstMillis || longestMillis > 1L << 40) {
      throw new IllegalArgumentException("waits grow from 1 ms on");
    }
  }

  /// The next wait.
  ///
  /// @param failures how many times in a row it came to nothing, at least 1
  /// @return milliseconds
  public long millis(int failures) {
    long whole = Math.min(longestMillis, firstMillis << Math.min(failures - 1, 20));
    return whole - random.nextLong(whole / 2 + 1);
  }
}
