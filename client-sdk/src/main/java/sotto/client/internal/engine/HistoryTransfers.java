package sotto.client.internal.engine;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import sotto.client.Event;
import sotto.client.HistoryTransfer;
import sotto.client.SottoException;
import sotto.client.internal.archive.HistoryReceiver;
import sotto.client.internal.archive.HistorySender;
import sotto.client.internal.store.HistoryRows;

/// Moves history to new devices and from others, beside everything else, while there is a
/// connection: one part at a time in each direction.
final class HistoryTransfers {
  private static final Duration AGAIN = Duration.ofSeconds(5);
  private static final Duration LONGEST = Duration.ofHours(1);

  private final Core core;
  private final Direction out;
  private final Direction in;

  HistoryTransfers(Core core, HistorySender sender, HistoryReceiver receiver) {
    this.core = core;
    this.out = new Direction("history-out", sender::step);
    this.in = new Direction("history-in", receiver::step);
  }

  /// Moves what there is. Any thread.
  void wake() {
    out.wake();
    in.wake();
  }

  /// How far it is.
  HistoryTransfer progress() {
    return core.lane()
        .call(_ -> {
          HistoryRows rows = core.store().historyRows();
          long[] going = rows.going();
          return new HistoryTransfer(
              going[0],
              going[1],
              rows.received(),
              Math.max(rows.expected(), rows.received()),
              rows.lost(),
              rows.goingOut().isEmpty() && rows.complete());
        });
  }

  private final class Direction {
    private final String name;
    private final BooleanSupplier step;
    private final AtomicBoolean running = new AtomicBoolean();
    private final AtomicBoolean wanted = new AtomicBoolean();

    Direction(String name, BooleanSupplier step) {
      this.name = name;
      this.step = step;
    }

    void wake() {
      wanted.set(true);
      if (core.session().isPresent() && running.compareAndSet(false, true)) {
        core.inBackground(name, this::run);
      }
    }

    private void run() {
      try {
        while (wanted.getAndSet(false)) {
          while (!core.closed() && core.session().isPresent() && step.getAsBoolean()) {
            core.events().live(new Event.HistoryMoved(Event.LIVE, progress()));
            core.progress().raise();
          }
        }
      } catch (SottoException e) {
        Duration wait = e.retryAfter().filter(w -> w.compareTo(LONGEST) < 0).orElse(AGAIN);
        core.timers().after(wait.toMillis(), this::wake);
        throw e;
      } finally {
        running.set(false);
      }
      if (wanted.get()) {
        wake();
      }
    }
  }
}
