package sotto.client.internal.engine;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// Something changed: wakes those who wait for a condition.
final class Signal {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long version; // guarded by lock

  void raise() {
    lock.lock();
    try {
      version++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Waits until a condition holds. The condition is looked at without the lock, once at least and
  /// again after each change.
  ///
  /// @return whether it holds
  boolean await(BooleanSupplier condition, Duration wait) {
    long deadline = System.nanoTime() + nanos(wait);
    while (true) {
      long seen = version();
      if (condition.getAsBoolean()) {
        return true;
      }
      if (!awaitChange(seen, deadline)) {
        return condition.getAsBoolean();
      }
    }
  }

  private long version() {
    lock.lock();
    try {
      return version;
    } finally {
      lock.unlock();
    }
  }

  private boolean awaitChange(long seen, long deadline) {
    lock.lock();
    try {
      while (version == seen) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        changed.await(left, TimeUnit.NANOSECONDS);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /// A wait that cannot overflow.
  static long nanos(Duration wait) {
    Duration longest = Duration.ofDays(365);
    return wait.compareTo(longest) > 0 ? longest.toNanos() : Math.max(0, wait.toNanos());
  }
}
