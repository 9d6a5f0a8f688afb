package sotto.store;

import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/// The thread on which a store's chores are done, one after the other.
final class Chores implements AutoCloseable {
  private final ScheduledExecutorService timer;

  private Chores(String thread) {
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name(thread).daemon().factory());
  }

  /// Begins to do them.
  ///
  /// @param thread what their thread is called
  static Chores start(String thread, List<Chore> chores) {
    Chores started = new Chores(thread);
    for (Chore chore : chores) {
      long millis = chore.every().toMillis();
      var _ =
          started.timer.scheduleWithFixedDelay(chore.work(), millis, millis, TimeUnit.MILLISECONDS);
    }
    return started;
  }

  /// Does something else between two chores, and waits for it.
  ///
  /// @return 0 if the thread has ended or is ended meanwhile
  int between(IntSupplier work) {
    try {
      return timer.submit(work::getAsInt).get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    } catch (RejectedExecutionException | CancellationException e) {
      return 0;
    } catch (ExecutionException e) {
      throw new IllegalStateException("work between chores failed", e.getCause());
    }
  }

  /// Breaks off the one that is under way: for those that may be broken off anywhere.
  void breakOff() {
    timer.shutdownNow();
  }

  /// Waits for the one that is under way.
  @Override
  public void close() {
    timer.close();
  }
}
