package sotto.client.internal.engine;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Wakes others later. What it runs must not block.
final class Timers implements AutoCloseable {
  private final ScheduledThreadPoolExecutor executor;

  Timers() {
    executor =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("sotto-timer").daemon().factory());
    executor.setRemoveOnCancelPolicy(true);
  }

  void after(long millis, Runnable action) {
    try {
      var _ = executor.schedule(action, Math.max(0, millis), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // Closed: nobody is left to wake.
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
