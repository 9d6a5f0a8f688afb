package sotto.store.account;

import io.grpc.StatusRuntimeException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sotto.chain.AccountId;
import sotto.store.decision.Changes;
import sotto.store.decision.Decision;
import sotto.store.quota.EndedBlobs;
import sotto.store.sql.KeyRange;
import sotto.store.sql.Readers;
import sotto.store.sql.Session;
import sotto.store.write.Batch;
import sotto.store.write.Writers;

/// How an account ends, by its own last link or by an operator.
///
/// ```
/// one transaction      ended; no devices, no recovery, profile, decision, never seen; noted in account_ending
/// several, bounded     rows of mailboxes; segments, whose blobs are doomed; keys
/// one transaction      the note goes, once what it kept is gone too (EndedBlobs)
/// ```
///
/// With the first it has ended for everybody: nothing is appended, no device opens a stream. Each
/// of the others may be done twice. What a store that died has left is found by the note and taken
/// away by a chore of whoever owns the account then.
///
/// The rows of the account, of its chain and of its name stay: nobody founds it again, who has
/// talked to it can still check its keys, and nobody gets its name.
public final class Ending {
  /// How long to wait between two buckets that are searched for what was left.
  public static final Duration PAUSE = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(Ending.class);
  private static final byte[] NOBODY = {};
  private static final int ROWS_AT_ONCE = 200;
  private static final int SEGMENTS_AT_ONCE = 20;
  private static final int ACCOUNTS_AT_ONCE = 100;
  private static final long ROW = 1_024;

  private final Writers writers;
  private final Readers readers;
  private final Changes changes;
  // Of whoever searches.
  private int next;

  /// Of the accounts of an owner.
  public Ending(Writers writers, Readers readers, Changes changes) {
    this.writers = writers;
    this.readers = readers;
    this.changes = changes;
  }

  /// Ends an account, in a transaction of its owner.
  static void begin(Batch batch, AccountId account) throws SQLException {
    // What waits for it goes in first, so that it goes out again.
    batch.flush();
    Session session = batch.session();
    session.update(
        "UPDATE account SET ended = 1, last_seen = 0, access_key_hashes = ? WHERE account_id = ?",
        NOBODY,
        account.bytes());
    session.update(
        batch.dialect().insertIgnore() + "account_ending (account_id, since) VALUES (?, ?)",
        account.bytes(),
        batch.rows().acceptedAt());
    session.update("DELETE FROM device WHERE account_id = ?", account.bytes());
    RecoveryRecords.forget(session, account);
    Profiles.forget(session, account);
    Decision.forget(session, account);
    batch.forget(account);
  }

  /// Has the streams of an account that has ended cut, and takes away what it has left.
  ///
  /// @throws StatusRuntimeException if something is left; it may be called again
  void finish(AccountId account) {
    changes.changed(account);
    boolean more = true;
    while (more) {
      more = writers.commit(account.bucket(), ROW, batch -> step(batch, account));
    }
  }

  /// Takes some of it away.
  ///
  /// @return whether there may be more
  private static Boolean step(Batch batch, AccountId account) throws SQLException {
    Session session = batch.session();
    if (session
        .first(
            "SELECT ended FROM account WHERE account_id = ?",
            row -> row.getInt(1) == 1,
            account.bytes())
        .filter(ended -> ended)
        .isEmpty()) {
      return false;
    }
    batch.flush();
    if (removeEnvelopes(batch, account)
        || batch.segments().removeSome(account, SEGMENTS_AT_ONCE) == SEGMENTS_AT_ONCE) {
      return true;
    }
    for (String table : List.of("pre_key", "taken_pre_key")) {
      session.update("DELETE FROM " + table + " WHERE account_id = ?", account.bytes());
    }
    if (!EndedBlobs.areLeft(session, account)) {
      session.update("DELETE FROM account_ending WHERE account_id = ?", account.bytes());
    }
    return false;
  }

  private record Place(int device, long position) {}

  private static boolean removeEnvelopes(Batch batch, AccountId account) throws SQLException {
    List<Place> places =
        batch
            .session()
            .list(
                "SELECT device_id, position FROM inbox WHERE account_id = ? LIMIT ?",
                row -> new Place(row.getInt(1), row.getLong(2)),
                account.bytes(),
                ROWS_AT_ONCE);
    if (!places.isEmpty()) {
      List<Object> arguments = new ArrayList<>();
      places.forEach(p -> arguments.addAll(List.of(account.bytes(), p.device, p.position)));
      batch
          .session()
          .update(
              "DELETE FROM inbox WHERE "
                  + batch
                      .dialect()
                      .anyOf(List.of("account_id", "device_id", "position"), places.size()),
              arguments.toArray());
    }
    return places.size() == ROWS_AT_ONCE;
  }

  /// Finishes what was left in the bucket whose turn it is. One thread at a time.
  public void finishNext() {
    finishLeft(next);
    next = (next + 1) % AccountId.BUCKETS;
  }

  /// Finishes what was left in a bucket, if this owner has it or may take it.
  ///
  /// @return how many accounts were finished, at most 100
  public int finishLeft(int bucket) {
    KeyRange range = KeyRange.ofBucket(bucket);
    int finished = 0;
    try {
      List<AccountId> left =
          readers.ask(session ->
              session.list(
                  "SELECT account_id FROM account_ending WHERE account_id BETWEEN ? AND ? LIMIT ?",
                  row -> new AccountId(row.getBytes(1)),
                  range.first().toArray(),
                  range.last().toArray(),
                  ACCOUNTS_AT_ONCE));
      for (AccountId account : left) {
        finish(account);
        finished++;
      }
    } catch (StatusRuntimeException e) {
      // Another one's, or the database does not answer: the next round finds it again.
      LOG.debug("an account that has ended is not taken away now");
    }
    return finished;
  }
}
