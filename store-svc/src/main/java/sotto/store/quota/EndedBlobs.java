package sotto.store.quota;

import io.grpc.StatusRuntimeException;
import java.sql.SQLException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.store.cold.ColdStore;
import sotto.store.sql.KeyRange;
import sotto.store.sql.Readers;
import sotto.store.sql.Session;
import sotto.store.write.Writers;

/// Has the blob store delete what accounts kept that have ended: first the blobs, then the rows
/// that say that they are there, so that whoever comes after a death in between does it again.
public final class EndedBlobs {
  private static final Logger LOG = LoggerFactory.getLogger(EndedBlobs.class);
  private static final int AT_ONCE = 100;

  private final Readers readers;
  private final Writers writers;
  private final ColdStore store;
  // Of whoever searches.
  private int next;

  /// Deletes when it is told to.
  public EndedBlobs(Readers readers, Writers writers, ColdStore store) {
    this.readers = readers;
    this.writers = writers;
    this.store = store;
  }

  /// Whether anything is noted of what an account kept.
  public static boolean areLeft(Session session, AccountId account) throws SQLException {
    return session
        .first(
            "SELECT 1 FROM kept_blob WHERE account_id = ? LIMIT 1",
            row -> row.getInt(1),
            account.bytes())
        .isPresent();
  }

  /// Goes through the bucket whose turn it is. One thread at a time.
  public void deleteNext() {
    try {
      var _ = delete(next);
      next = (next + 1) % AccountId.BUCKETS;
    } catch (StatusRuntimeException e) {
      LOG.warn("deleting what ended accounts kept failed, goes on later");
    }
  }

  /// Goes through one bucket: up to 100 accounts, and 100 blobs of each.
  ///
  /// @return how many blobs are gone
  public int delete(int bucket) {
    if (!writers.ownership().has(bucket)) {
      return 0;
    }
    KeyRange range = KeyRange.ofBucket(bucket);
    List<AccountId> ended =
        readers.ask(session ->
            session.list(
                "SELECT account_id FROM account_ending WHERE account_id BETWEEN ? AND ? LIMIT ?",
                row -> new AccountId(row.getBytes(1)),
                range.first().toArray(),
                range.last().toArray(),
                AT_ONCE));
    return ended.stream().mapToInt(this::delete).sum();
  }

  private int delete(AccountId account) {
    List<Bytes> names =
        readers.ask(session ->
            session.list(
                "SELECT name FROM kept_blob WHERE account_id = ? LIMIT ?",
                row -> Bytes.of(row.getBytes(1)),
                account.bytes(),
                AT_ONCE));
    if (names.isEmpty() || !store.deleteKept(account, names)) {
      return 0;
    }
    return writers.commit(
        account.bucket(),
        0,
        batch -> {
          int gone = 0;
          for (Bytes name : names) {
            gone += KeptBlobs.release(batch, account, name.toArray());
          }
          return gone;
        });
  }
}
