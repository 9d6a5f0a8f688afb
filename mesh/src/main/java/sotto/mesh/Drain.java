package sotto.mesh;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The parts of a process, closed in the reverse order of their opening within a time limit.
///
/// A part that fails or does not come to an end is logged and the next is closed all the same:
/// storage is closed whatever the network does. Used by one thread.
public final class Drain implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
  // What even the parts after a stuck one get.
  private static final Duration LEAST = Duration.ofMillis(500);

  private final Deque<Step> steps = new ArrayDeque<>();
  private final Duration limit;
  private final MonotonicClock clock;

  private record Step(String name, AutoCloseable part) {}

  /// No parts yet.
  ///
  /// @param limit how long closing may take in all
  /// @param clock measures it
  public Drain(Duration limit, MonotonicClock clock) {
    this.limit = limit;
    this.clock = clock;
  }

  /// Adds a part that is now open.
  ///
  /// @param name for the log
  /// @param part closed before all that were added earlier
  /// @param <T> its type
  /// @return the part
  public <T extends AutoCloseable> T add(String name, T part) {
    steps.push(new Step(name, part));
    return part;
  }

  /// Closes all, the latest first.
  @Override
  public void close() {
    var end = clock.nanos() + limit.toNanos();
    while (!steps.isEmpty()) {
      var step = steps.pop();
      var left = Math.max(LEAST.toNanos(), end - clock.nanos());
      close(step, Duration.ofNanos(left));
    }
  }

  private static void close(Step step, Duration left) {
    var closer = Thread.ofPlatform().daemon().name("close-" + step.name).start(() -> run(step));
    try {
      if (!closer.join(left)) {
        LOG.atWarn().addKeyValue("part", step.name).log("did not close in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void run(Step step) {
    try {
      step.part.close();
      LOG.atDebug().addKeyValue("part", step.name).log("closed");
    } catch (Exception e) {
      LOG.atWarn().addKeyValue("part", step.name).setCause(e).log("failed to close");
    }
  }
}
