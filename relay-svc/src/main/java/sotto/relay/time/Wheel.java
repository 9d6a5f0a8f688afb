package sotto.relay.time;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import sotto.mesh.MonotonicClock;

/// A hashed timer wheel (Varghese and Lauck, "Hashed and hierarchical timing wheels", 1987): the
/// one timer of the relay, whatever the number of streams.
///
/// Its time is coarse (one tick) and monotonic; it moves only in [#advanceTo], which runs what has
/// come due on the calling thread. Tasks must not block. Thread-safe; the lock guards the slots and
/// is never held while a task runs.
public final class Wheel {
  private static final Logger LOG = System.getLogger(Wheel.class.getName());
  private static final int SLOTS = 512;

  private final long tickMillis;
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by lock.
  private final List<List<Timer>> slots = new ArrayList<>(SLOTS);
  // Written under lock.
  private volatile long tick;

  /// A wheel that stands at a time.
  ///
  /// @param tickMillis the resolution, at least 1 ms
  /// @param nowMillis where it starts, milliseconds of any origin
  public Wheel(long tickMillis, long nowMillis) {
    if (tickMillis < 1) {
      throw new IllegalArgumentException("a tick is at least 1 ms");
    }
    this.tickMillis = tickMillis;
    this.tick = nowMillis / tickMillis;
    for (int i = 0; i < SLOTS; i++) {
      slots.add(new ArrayList<>(0));
    }
  }

  /// Something that will run once, unless it is cancelled before.
  public static final class Timer {
    private final long due;
    private volatile Runnable task;
    private volatile boolean cancelled;

    private Timer(long due, Runnable task) {
      this.due = due;
      this.task = task;
    }

    /// Makes the task not run, unless it has begun, and forgets it and all that it holds. The entry
    /// leaves the wheel when its slot comes by.
    public void cancel() {
      cancelled = true;
      task = () -> {};
    }
  }

  /// The time of the last advance.
  ///
  /// @return milliseconds of the origin that the constructor was given
  public long now() {
    return tick * tickMillis;
  }

  /// This wheel's time for whoever measures refills; as coarse as the ticks.
  public MonotonicClock clock() {
    return () -> TimeUnit.MILLISECONDS.toNanos(now());
  }

  /// Runs a task once after a delay.
  ///
  /// @param delayMillis at least; rounded up to whole ticks, and one tick at least
  /// @param task what to run, on the thread that advances the wheel
  /// @return a handle to cancel it
  public Timer after(long delayMillis, Runnable task) {
    lock.lock();
    try {
      long due = tick + Math.max(1, (delayMillis + tickMillis - 1) / tickMillis);
      var timer = new Timer(due, task);
      slots.get(slot(due)).add(timer);
      return timer;
    } finally {
      lock.unlock();
    }
  }

  /// Runs a task again and again.
  ///
  /// @param periodMillis between the end of one run and the start of the next
  /// @param task what to run
  public void every(long periodMillis, Runnable task) {
    after(
        periodMillis,
        () -> {
          try {
            task.run();
          } finally {
            every(periodMillis, task);
          }
        });
  }

  /// Moves time forward and runs what has come due, in the order of the ticks.
  ///
  /// @param nowMillis the time now; earlier than the wheel's is ignored
  public void advanceTo(long nowMillis) {
    long target = nowMillis / tickMillis;
    while (tick < target) {
      for (var timer : step()) {
        run(timer);
      }
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // written under the lock only
  private List<Timer> step() {
    lock.lock();
    try {
      tick++;
      var slot = slots.get(slot(tick));
      if (slot.isEmpty()) {
        return List.of();
      }
      var due = new ArrayList<Timer>();
      slot.removeIf(timer -> {
        if (timer.cancelled) {
          return true;
        }
        if (timer.due <= tick) {
          due.add(timer);
          return true;
        }
        return false;
      });
      return due;
    } finally {
      lock.unlock();
    }
  }

  private static void run(Timer timer) {
    if (timer.cancelled) {
      return;
    }
    try {
      timer.task.run();
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "a timer's task failed", e);
    }
  }

  private static int slot(long tick) {
    return (int) Math.floorMod(tick, (long) SLOTS);
  }
}
