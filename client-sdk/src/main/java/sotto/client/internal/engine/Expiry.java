package sotto.client.internal.engine;

import java.time.Duration;
import java.util.List;
import sotto.client.internal.store.Lane.Transaction;

/// Fails own messages of which nothing more is to be expected, so that none is *queued* or *sent*
/// for ever: what was first encrypted 14 days ago and not accepted (protocol L4), and what was
/// accepted 31 days ago, a day longer than a mailbox keeps it, and never confirmed. A confirmation
/// that comes later corrects that.
final class Expiry {
  private static final Duration UNCONFIRMED = Duration.ofDays(31);
  private static final Duration AGAIN = Duration.ofHours(1);
  private static final int PIECE = 200;

  private final Core core;
  private final Outbox outbox;
  private final GroupOutbox groupOutbox;

  Expiry(Core core, Outbox outbox, GroupOutbox groupOutbox) {
    this.groupOutbox = groupOutbox;
    this.core = core;
    this.outbox = outbox;
  }

  /// Looks every hour while there is a connection: without one, the clock may be wrong.
  void begin() {
    core.timers()
        .after(
            AGAIN.toMillis(),
            () -> {
              core.session().ifPresent(_ -> look());
              begin();
            });
  }

  /// Looks now.
  void look() {
    var _ =
        core.lane()
            .submit(tx -> {
              outbox.expire(tx);
              groupOutbox.expire(tx);
              return giveUp(tx);
            });
  }

  private boolean giveUp(Transaction tx) {
    long before = core.clock().millis() - UNCONFIRMED.toMillis();
    List<Long> some = core.store().messages().unconfirmed(before, PIECE);
    some.forEach(message -> core.giveUp(tx, message, Failures.UNCONFIRMED));
    if (some.size() == PIECE) {
      tx.afterCommit(this::look);
    }
    return true;
  }
}
