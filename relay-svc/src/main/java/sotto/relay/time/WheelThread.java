package sotto.relay.time;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import sotto.mesh.MonotonicClock;

/// The thread that turns a [Wheel] with a clock.
public final class WheelThread implements AutoCloseable {
  /// The resolution, milliseconds.
  public static final long TICK_MILLIS = 10;

  private final MonotonicClock clock;
  private final Wheel wheel;
  private final Thread thread;
  private volatile boolean closed;

  private WheelThread(MonotonicClock clock) {
    this.clock = clock;
    this.wheel = new Wheel(TICK_MILLIS, millis());
    thread = Thread.ofPlatform().name("relay-wheel").daemon().unstarted(this::turn);
  }

  /// Starts a wheel.
  ///
  /// @param clock what turns it
  /// @return the wheel with its thread, running
  public static WheelThread start(MonotonicClock clock) {
    var wheel = new WheelThread(clock);
    wheel.thread.start();
    return wheel;
  }

  /// The wheel that it turns.
  public Wheel wheel() {
    return wheel;
  }

  private void turn() {
    while (!closed) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS));
      wheel.advanceTo(millis());
    }
  }

  private long millis() {
    return TimeUnit.NANOSECONDS.toMillis(clock.nanos());
  }

  /// Stops the thread; what has not come due never runs.
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
