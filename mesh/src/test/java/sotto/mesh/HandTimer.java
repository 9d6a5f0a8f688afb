package sotto.mesh;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// A timer whose repeated tasks run when a test says so.
final class HandTimer extends ScheduledThreadPoolExecutor {
  private final List<Runnable> repeated = new ArrayList<>();

  HandTimer() {
    super(1, Thread.ofPlatform().daemon().factory());
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable task, long initialDelay, long delay, TimeUnit unit) {
    repeated.add(task);
    return super.schedule(() -> {}, 0, TimeUnit.SECONDS);
  }

  /// Runs all repeated tasks once, on the test's thread.
  void runAll() {
    List.copyOf(repeated).forEach(Runnable::run);
  }
}
