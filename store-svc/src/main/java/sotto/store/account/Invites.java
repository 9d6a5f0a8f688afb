package sotto.store.account;

import io.grpc.StatusRuntimeException;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.store.sql.KeyRange;
import sotto.store.sql.Placeholders;
import sotto.store.sql.Readers;
import sotto.store.sql.Row;
import sotto.store.sql.Session;
import sotto.store.write.Batch;
import sotto.store.write.Call;
import sotto.store.write.Job;
import sotto.store.write.Writers;

/// The rows of invites. Each change is a transaction of its own, because an invite and the account
/// that spends it may lie on different shards.
///
/// ```
/// outstanding -> spent   by one account, before its time is over: a compare-and-set
/// outstanding -> gone    revoked
/// any         -> gone    a day behind its time
/// ```
///
/// One that an account has spent is good for that account as long as its row is there: the
/// registration may have broken off behind it.
public final class Invites {
  /// How long behind its time a row stays.
  static final Duration REST = Duration.ofDays(1);

  /// How long to wait between two buckets whose old rows go: all of them within an hour and a half.
  public static final Duration PAUSE = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(Invites.class);
  private static final byte[] NOBODY = {};
  private static final int ROWS_AT_ONCE = 500;
  private static final String COLUMNS =
      "SELECT code_hash, spent_by, created_at, expires_at FROM invite WHERE ";

  private final Writers writers;
  private final Readers readers;
  private final Clock clock;
  // Of whoever sweeps.
  private int next;

  /// Those of a database.
  public Invites(Writers writers, Readers readers, Clock clock) {
    this.writers = writers;
    this.readers = readers;
    this.clock = clock;
  }

  /// An invite as its row has it.
  ///
  /// @param hash of the code
  /// @param spentBy the account that has spent it
  /// @param createdAt milliseconds since 1970
  /// @param expiresAt milliseconds since 1970; not good any more from then on
  record Invite(Bytes hash, Optional<AccountId> spentBy, long createdAt, long expiresAt) {
    private boolean isGoodFor(AccountId account, long now) {
      return spentBy.map(account::equals).orElse(now < expiresAt);
    }
  }

  private static final Row<Invite> INVITE =
      row -> {
        byte[] spentBy = row.getBytes(2);
        return new Invite(
            Bytes.of(row.getBytes(1)),
            spentBy.length == 0 ? Optional.empty() : Optional.of(new AccountId(spentBy)),
            row.getLong(3),
            row.getLong(4));
      };

  private static Optional<Invite> read(Session session, byte[] hash) throws SQLException {
    return session.first(COLUMNS + "code_hash = ?", INVITE, hash);
  }

  /// Makes invites that are good for so long. They are durable one by one: when this fails, some
  /// may be there.
  List<InviteCode> create(int count, Duration life, SecureRandom random) {
    long now = clock.millis();
    List<InviteCode> codes =
        Stream.generate(() -> InviteCode.generate(random)).limit(count).toList();
    List<Call<Integer>> calls =
        codes.stream()
            .map(code -> new Call<>(Job.NO_BUCKET, 64, batch -> insert(batch, code, now, life)))
            .toList();
    calls.forEach(writers::submit);
    for (Call<Integer> call : calls) {
      var _ = writers.durable(call);
    }
    return codes;
  }

  private static Integer insert(Batch batch, InviteCode code, long now, Duration life)
      throws SQLException {
    return batch
        .session()
        .update(
            batch.dialect().insertIgnore()
                + "invite (code_hash, spent_by, created_at, expires_at) VALUES (?, ?, ?, ?)",
            code.hash(),
            NOBODY,
            now,
            now + life.toMillis());
  }

  /// Whether an account could spend an invite, or has spent it, as it looks now.
  boolean isGoodFor(AccountId account, InviteCode code) {
    long now = clock.millis();
    return readers
        .ask(session -> read(session, code.hash()))
        .filter(invite -> invite.isGoodFor(account, now))
        .isPresent();
  }

  /// Spends an invite for an account, which may have spent it before.
  ///
  /// @return whether it is spent by this account now
  boolean spend(AccountId account, InviteCode code) {
    return change(batch -> {
      batch
          .session()
          .update(
              "UPDATE invite SET spent_by = ?"
                  + " WHERE code_hash = ? AND spent_by = ? AND expires_at > ?",
              account.bytes(),
              code.hash(),
              NOBODY,
              clock.millis());
      return read(batch.session(), code.hash())
          .flatMap(Invite::spentBy)
          .filter(account::equals)
          .isPresent();
    });
  }

  /// Those behind a hash, in the order of their hashes.
  ///
  /// @param after empty = from the first on
  /// @param most how many at most; fewer are all there are
  List<Invite> list(Optional<Bytes> after, int most) {
    byte[] behind = after.map(Bytes::toArray).orElse(new byte[0]);
    List<Invite> found = new ArrayList<>();
    for (KeyRange range : writers.ownership().shards().ranges()) {
      if (found.size() < most && range.reachesBehind(behind)) {
        int room = most - found.size();
        found.addAll(
            readers.ask(session ->
                session.list(
                    COLUMNS
                        + "code_hash BETWEEN ? AND ? AND code_hash > ? ORDER BY code_hash LIMIT ?",
                    INVITE,
                    range.first().toArray(),
                    range.last().toArray(),
                    behind,
                    room)));
      }
    }
    return found;
  }

  /// What revoking came to.
  enum Revocation {
    /// It is good no more.
    REVOKED,
    /// There is none.
    UNKNOWN,
    /// There are several.
    AMBIGUOUS,
    /// An account has spent it.
    SPENT
  }

  /// Revokes the one whose hash begins with some bytes.
  ///
  /// @param prefix 4 to 16 bytes
  Revocation revoke(byte[] prefix) {
    KeyRange range = KeyRange.beginningWith(prefix);
    List<Invite> found =
        readers.ask(session ->
            session.list(
                COLUMNS + "code_hash BETWEEN ? AND ? LIMIT 2",
                INVITE,
                range.first().toArray(),
                range.last().toArray()));
    if (found.size() != 1) {
      return found.isEmpty() ? Revocation.UNKNOWN : Revocation.AMBIGUOUS;
    }
    byte[] hash = found.getFirst().hash.toArray();
    return change(batch -> {
      int gone =
          batch
              .session()
              .update("DELETE FROM invite WHERE code_hash = ? AND spent_by = ?", hash, NOBODY);
      return gone == 1
          ? Revocation.REVOKED
          : read(batch.session(), hash).map(_ -> Revocation.SPENT).orElse(Revocation.UNKNOWN);
    });
  }

  /// Takes the old rows of the bucket whose turn it is away. One thread at a time.
  public void sweepNext() {
    try {
      sweep(next);
      next = (next + 1) % AccountId.BUCKETS;
    } catch (StatusRuntimeException e) {
      LOG.warn("sweeping invites failed, goes on later");
    }
  }

  /// Takes rows away whose time has been over for a day, of one bucket, whoever owns that: invites
  /// belong to no owner.
  ///
  /// @return how many, at most 500
  public int sweep(int bucket) {
    KeyRange range = KeyRange.ofBucket(bucket);
    List<byte[]> old =
        readers.ask(session ->
            session.list(
                "SELECT code_hash FROM invite"
                    + " WHERE code_hash BETWEEN ? AND ? AND expires_at <= ? LIMIT ?",
                row -> row.getBytes(1),
                range.first().toArray(),
                range.last().toArray(),
                clock.millis() - REST.toMillis(),
                ROWS_AT_ONCE));
    return old.isEmpty()
        ? 0
        : change(batch ->
            batch
                .session()
                .update(
                    "DELETE FROM invite WHERE code_hash IN " + Placeholders.in(old.size()),
                    Placeholders.fill(old).toArray()));
  }

  private <R> R change(Call.Work<R> work) {
    return writers.commit(Job.NO_BUCKET, 0, work);
  }
}
