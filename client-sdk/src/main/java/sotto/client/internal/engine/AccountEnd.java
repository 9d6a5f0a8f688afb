package sotto.client.internal.engine;

import java.time.Duration;
import java.util.Optional;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.net.Standing;
import sotto.client.internal.store.Events;
import sotto.client.internal.store.Lane.Transaction;

/// The end of the account, and of this device in it: what is known of it outlives the process.
///
/// ```
/// listed ── a link of the account takes the device out ──▶ removed: stays so
/// listed, removed ── the account's last link ──▶ ended: stays so
/// ```
final class AccountEnd {
  private static final String LEFT = "device_removed";
  private static final long REMOVED = 1;
  private static final long ENDED = 2;

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Core core;
  private final OwnChain chain;

  AccountEnd(Core core, OwnChain chain) {
    this.core = core;
    this.chain = chain;
  }

  /// How this device stood when that was last noted. On the lane.
  Standing standing() {
    long left = core.store().settings().number(LEFT).orElse(0L);
    return left == ENDED ? Standing.ENDED : left == REMOVED ? Standing.REMOVED : Standing.LISTED;
  }

  /// Notes that this device has left its account, or the account has ended. On the lane.
  boolean note(Transaction tx, Standing left) {
    if (standing() != left) {
      core.store().settings().put(LEFT, left == Standing.ENDED ? ENDED : REMOVED);
      Events.Kind kind = left == Standing.ENDED ? Events.Kind.ENDED : Events.Kind.REMOVED;
      core.store().events().addContact(kind, 0, "", core.clock().millis());
      tx.afterCommit(core.events()::stored);
    }
    return true;
  }

  /// Whether the next sign-in shows the end: the server cuts this device off with it, and the
  /// answer may go with the connection.
  private boolean endsNow() {
    return core.progress().await(() -> core.standing() == Standing.ENDED, PATIENCE);
  }

  /// Has the server end the account by its last link, which this device signs, unless it has ended.
  /// Blocks; not on the lane.
  ///
  /// @return why that is not confirmed; empty when it has ended
  /// @throws SottoException DEVICE_REMOVED: this device may not sign any more
  Optional<SottoException> confirm() {
    if (core.standing() == Standing.REMOVED) {
      throw Failures.removed();
    }
    if (core.standing() == Standing.LISTED) {
      try {
        chain.end(
            core.session()
                .map(Session::calls)
                .orElseThrow(() ->
                    SottoException.of(
                        Code.SERVER_UNREACHABLE, "An account is deleted only with a connection.")));
      } catch (SottoException e) {
        // The answer before may be the one that was lost: then the server shows the signed link.
        if (e.code() != Code.ACCOUNT_DELETED && !endsNow()) {
          return Optional.of(e);
        }
      }
      core.setStanding(Standing.ENDED);
      core.lane().call(tx -> note(tx, Standing.ENDED));
    }
    return Optional.empty();
  }
}
