package sotto.store;

import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// The thread on which a store's chores are done, one after the other.
final class Chores implements AutoCloseable {
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("store-chores").daemon().factory());

  private Chores() {}

  /// Begins to do them.
  static Chores start(List<Chore> chores) {
    Chores started = new Chores();
    for (Chore chore : chores) {
      long millis = chore.every().toMillis();
      var _ =
          started.timer.scheduleWithFixedDelay(chore.work(), millis, millis, TimeUnit.MILLISECONDS);
    }
    return started;
  }

  /// Waits for the one that is under way.
  @Override
  public void close() {
    timer.close();
  }
}
