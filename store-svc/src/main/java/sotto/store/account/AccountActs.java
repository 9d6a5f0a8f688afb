package sotto.store.account;

import java.sql.SQLException;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import sotto.chain.AccountId;
import sotto.store.decision.Changes;
import sotto.store.decision.Decision;
import sotto.store.write.Batch;
import sotto.store.write.Writers;

/// What an operator does to single accounts, each in a transaction of the owner. Safe to repeat.
final class AccountActs {
  private static final long ROW = 256;

  private final Writers writers;
  private final Ending ending;
  private final Changes changes;

  AccountActs(Writers writers, Ending ending, Changes changes) {
    this.writers = writers;
    this.ending = ending;
    this.changes = changes;
  }

  /// Locks an account out, and has its streams cut.
  ///
  /// @return whether there is one that lives
  boolean disable(AccountId account) {
    boolean there =
        writers.commit(
            account.bucket(),
            ROW,
            batch -> {
              long now = batch.rows().acceptedAt();
              return decide(batch, account, d -> d.disabled() ? d : d.disabledAt(now));
            });
    if (there) {
      changes.changed(account);
    }
    return there;
  }

  /// Lets an account in again.
  ///
  /// @return whether there is one that lives
  boolean enable(AccountId account) {
    return writers.commit(
        account.bucket(), ROW, batch -> decide(batch, account, d -> d.disabledAt(0)));
  }

  /// Sets how much an account may keep in the blob store.
  ///
  /// @param bytes empty = as much as every account
  /// @return whether there is one that lives
  boolean quota(AccountId account, OptionalLong bytes) {
    return writers.commit(
        account.bucket(), ROW, batch -> decide(batch, account, d -> d.keeping(bytes)));
  }

  private static Boolean decide(Batch batch, AccountId account, UnaryOperator<Decision> change)
      throws SQLException {
    if (batch.account(account).isEmpty()) {
      return false;
    }
    change.apply(Decision.read(batch.session(), account)).write(batch.session(), account);
    // Its state knows whether it is disabled.
    batch.forget(account);
    return true;
  }

  /// Ends an account and takes away what it has.
  ///
  /// @return whether there is or was one
  boolean delete(AccountId account) {
    boolean there = writers.commit(account.bucket(), ROW, batch -> end(batch, account));
    if (there) {
      ending.finish(account);
    }
    return there;
  }

  private static Boolean end(Batch batch, AccountId account) throws SQLException {
    if (batch.account(account).isPresent()) {
      Ending.begin(batch, account);
      return true;
    }
    return batch
        .session()
        .first("SELECT 1 FROM account WHERE account_id = ?", row -> 1, account.bytes())
        .isPresent();
  }
}
