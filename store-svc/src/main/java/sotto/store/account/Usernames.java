package sotto.store.account;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.store.sql.Readers;
import sotto.store.sql.Session;
import sotto.store.write.Batch;
import sotto.store.write.Call;
import sotto.store.write.Job;
import sotto.store.write.Writers;

/// The rows of names (protocol A4). A name is *claimed* by an account that may not exist yet, then
/// *confirmed*. Each change is a compare-and-set in a transaction of its own, because a name and
/// its account may lie on different shards.
final class Usernames {
  /// After how long a claim may be taken whose account does not exist.
  static final Duration CLAIM_LIFE = Duration.ofMinutes(10);

  private final Writers writers;
  private final Readers readers;
  private final Clock clock;

  Usernames(Writers writers, Readers readers, Clock clock) {
    this.writers = writers;
    this.readers = readers;
    this.clock = clock;
  }

  private record Claim(AccountId account, long claimedAt, boolean confirmed) {}

  /// Claims a name.
  ///
  /// @return whether it is the account's, claimed or confirmed
  boolean claim(Username name, AccountId account) {
    Claim claim = change(batch -> claimOrRead(batch, name, account));
    if (claim.account.equals(account)) {
      return true;
    }
    if (claim.confirmed) {
      return false;
    }
    if (exists(claim.account)) {
      confirm(name, claim.account);
      return false;
    }
    boolean old = clock.millis() - claim.claimedAt > CLAIM_LIFE.toMillis();
    return old && change(batch -> takeOver(batch, name, claim, account)) == 1;
  }

  private Claim claimOrRead(Batch batch, Username name, AccountId account) throws SQLException {
    long now = clock.millis();
    batch
        .session()
        .update(
            batch.dialect().insertIgnore()
                + "username (username, account_id, claimed_at, confirmed) VALUES (?, ?, ?, 0)",
            name.value(),
            account.bytes(),
            now);
    return read(batch.session(), name).orElse(new Claim(account, now, false));
  }

  private static Optional<Claim> read(Session session, Username name) throws SQLException {
    return session.first(
        "SELECT account_id, claimed_at, confirmed FROM username WHERE username = ?",
        row -> new Claim(new AccountId(row.getBytes(1)), row.getLong(2), row.getInt(3) == 1),
        name.value());
  }

  private Integer takeOver(Batch batch, Username name, Claim claim, AccountId account)
      throws SQLException {
    return batch
        .session()
        .update(
            "UPDATE username SET account_id = ?, claimed_at = ?"
                + " WHERE username = ? AND account_id = ? AND claimed_at = ? AND confirmed = 0",
            account.bytes(),
            clock.millis(),
            name.value(),
            claim.account.bytes(),
            claim.claimedAt);
  }

  /// Confirms a claim if it is still the account's.
  ///
  /// @return whether the name is the account's now
  boolean confirm(Username name, AccountId account) {
    return change(batch ->
        batch
            .session()
            .update(
                "UPDATE username SET confirmed = 1 WHERE username = ? AND account_id = ?",
                name.value(),
                account.bytes()))
        == 1;
  }

  /// Gives an unconfirmed claim back.
  void release(Username name, AccountId account) {
    change(batch ->
        batch
            .session()
            .update(
                "DELETE FROM username" + " WHERE username = ? AND account_id = ? AND confirmed = 0",
                name.value(),
                account.bytes()));
  }

  /// Whether the name's row names the account, confirmed or not.
  boolean belongsTo(Username name, AccountId account) {
    return readers
        .ask(session -> read(session, name))
        .map(claim -> claim.account.equals(account))
        .orElse(false);
  }

  /// The account that has a name; an unconfirmed claim of an account that exists is confirmed on
  /// sight. The name of an account that has ended is nobody's, and stays taken.
  Optional<AccountId> lookUp(Username name) {
    Optional<Claim> claim = readers.ask(session -> read(session, name));
    if (claim.isEmpty() || !exists(claim.get().account)) {
      return Optional.empty();
    }
    AccountId account = claim.get().account;
    if (claim.get().confirmed || confirm(name, account)) {
      return Optional.of(account);
    }
    return Optional.empty();
  }

  /// The account whose row a name is, whatever has become of it.
  Optional<AccountId> holder(Username name) {
    return readers.ask(session -> read(session, name)).map(Claim::account);
  }

  private boolean exists(AccountId account) {
    return readers
        .ask(session ->
            session.first(
                "SELECT 1 FROM account WHERE account_id = ? AND ended = 0",
                row -> 1,
                account.bytes()))
        .isPresent();
  }

  private <R> R change(Call.Work<R> work) {
    return writers.commit(Job.NO_BUCKET, 0, work);
  }
}
