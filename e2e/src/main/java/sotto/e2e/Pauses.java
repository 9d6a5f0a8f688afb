package sotto.e2e;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// How a run lets time pass.
final class Pauses {
  private static final Duration GLANCE = Duration.ofMillis(50);

  private Pauses() {}

  static void pause(Duration time) {
    var end = System.nanoTime() + time.toNanos();
    for (var left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  /// Waits until something holds.
  ///
  /// @return whether it does within the limit
  static boolean until(BooleanSupplier condition, Duration limit) {
    var end = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        return false;
      }
      pause(GLANCE);
    }
    return true;
  }
}
