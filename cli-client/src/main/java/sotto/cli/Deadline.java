package sotto.cli;

import java.time.Duration;

/// A moment on the monotonic clock after which waiting ends.
public final class Deadline {
  private final long end;

  private Deadline(long end) {
    this.end = end;
  }

  /// So much from now.
  ///
  /// @param wait 0 to a year
  public static Deadline in(Duration wait) {
    return new Deadline(System.nanoTime() + wait.toNanos());
  }

  /// What is left; zero when it is over.
  public Duration left() {
    return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
  }

  /// What is left, at most `bound`.
  public Duration left(Duration bound) {
    Duration left = left();
    return left.compareTo(bound) < 0 ? left : bound;
  }

  /// Whether it is over.
  public boolean over() {
    return end - System.nanoTime() <= 0;
  }
}
