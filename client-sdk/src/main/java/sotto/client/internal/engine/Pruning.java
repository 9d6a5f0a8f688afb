package sotto.client.internal.engine;

import java.time.Duration;
import java.util.Optional;

/// Deletes messages that are older than the user wants them here, in small transactions with pauses
/// between them. Only while there is a connection: a clock that nobody has corrected must not
/// delete anything.
public final class Pruning {
  private static final String DAYS = "retention_days";
  private static final Duration AGAIN = Duration.ofHours(1);
  private static final long PAUSE_MILLIS = 20;
  private static final int PIECE = 50;

  private final Core core;

  Pruning(Core core) {
    this.core = core;
  }

  /// How long messages stay; empty = for ever.
  public Optional<Duration> age() {
    return core.lane().call(_ -> core.store().settings().number(DAYS).map(Duration::ofDays));
  }

  /// Keeps an age.
  ///
  /// @param age whole days; empty = for ever
  public void keep(Optional<Duration> age) {
    core.lane()
        .call(_ -> {
          age.ifPresentOrElse(
              a -> core.store().settings().put(DAYS, a.toDays()),
              () -> core.store().settings().remove(DAYS));
          return true;
        });
    connected();
  }

  /// Looks every hour while the home is open.
  void begin() {
    core.timers()
        .after(
            AGAIN.toMillis(),
            () -> {
              connected();
              begin();
            });
  }

  /// Deletes what is too old, a piece now and the rest piece by piece.
  void connected() {
    if (core.session().isPresent()) {
      var _ =
          core.lane()
              .submit(tx -> {
                if (piece() == PIECE) {
                  tx.afterCommit(() -> core.timers().after(PAUSE_MILLIS, this::connected));
                }
                return true;
              });
    }
  }

  /// Deletes all that is too old, where that is known. Blocks; not on the lane.
  ///
  /// @return how many messages, or empty without a connection
  public Optional<Long> run() {
    if (core.session().isEmpty()) {
      return Optional.empty();
    }
    long removed = 0;
    int some;
    do {
      some = core.lane().call(_ -> piece());
      removed += some;
    } while (some > 0);
    return Optional.of(removed);
  }

  private int piece() {
    return core.store()
        .settings()
        .number(DAYS)
        .map(days -> core.clock().millis() - Duration.ofDays(days).toMillis())
        .map(before -> core.store().removal().olderThan(before, PIECE))
        .orElse(0);
  }
}
