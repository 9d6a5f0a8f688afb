package sotto.client.internal.engine;

import java.time.Duration;
import java.util.Optional;
import sotto.client.internal.store.Lane.Transaction;
import sotto.content.v1.AccountSettings;

/// Deletes messages that are older than the user wants them here, in small transactions with pauses
/// between them. Only while there is a connection: a clock that nobody has corrected must not
/// delete anything.
public final class Pruning {
  private static final String DAYS = "retention_days";
  private static final String DECIDED = "retention_decided";
  private static final int MOST_DAYS = 36_500;
  private static final Duration AGAIN = Duration.ofHours(1);
  private static final long PAUSE_MILLIS = 20;
  private static final int PIECE = 50;

  private final Core core;
  private final Syncs syncs;

  Pruning(Core core, Syncs syncs) {
    this.core = core;
    this.syncs = syncs;
  }

  /// How long messages stay; empty = for ever.
  public Optional<Duration> age() {
    return core.lane().call(_ -> core.store().settings().number(DAYS).map(Duration::ofDays));
  }

  /// Keeps an age, on all of the account's devices.
  ///
  /// @param age whole days; empty = for ever
  public void keep(Optional<Duration> age) {
    int days = age.map(a -> (int) a.toDays()).orElse(0);
    core.lane()
        .call(tx -> {
          long now = core.clock().millis();
          decide(days, now);
          syncs.retention(tx, days, now);
          return true;
        });
    connected();
  }

  private void decide(int days, long decidedAt) {
    core.store().settings().put(DECIDED, decidedAt);
    if (days > 0) {
      core.store().settings().put(DAYS, days);
    } else {
      core.store().settings().remove(DAYS);
    }
  }

  /// Does what was decided on another own device, unless this one has decided later.
  void decidedElsewhere(Transaction tx, AccountSettings settings) {
    int days = settings.getRetentionDays();
    if (days >= 0 && days <= MOST_DAYS && settings.getDecidedAtMs() > decidedAt()) {
      decide(days, Math.min(settings.getDecidedAtMs(), core.clock().millis()));
      tx.afterCommit(this::connected);
    }
  }

  /// Tells a new device, if anything was ever decided.
  void tell(Transaction tx) {
    if (decidedAt() > 0) {
      int days = core.store().settings().number(DAYS).orElse(0L).intValue();
      syncs.retention(tx, days, decidedAt());
    }
  }

  private long decidedAt() {
    return core.store().settings().number(DECIDED).orElse(0L);
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
