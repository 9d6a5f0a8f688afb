package sotto.store.token;

import com.google.protobuf.ByteString;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import sotto.store.sql.Readers;
import sotto.store.sql.Schema;
import sotto.store.write.Job;
import sotto.store.write.Writers;

/// The server's own secrets, kept in the database so that all owners share them. Whoever can read
/// the database file has them: what they protect is worth no more than that (see the decision on
/// tokens).
public final class ServerSecrets {
  private static final int MAC_KEY = 32;

  private final Writers writers;
  private final Readers readers;
  private final Clock clock;
  private final SecureRandom random;

  /// Kept in this database.
  public ServerSecrets(Writers writers, Readers readers, Clock clock, SecureRandom random) {
    this.writers = writers;
    this.readers = readers;
    this.clock = clock;
    this.random = random;
  }

  /// A secret as it is kept. Prints its name only.
  ///
  /// @param id its name within its kind
  /// @param secret the secret bytes
  /// @param publicKey what belongs to it and is public; empty for a symmetric key
  record Kept(String id, ByteString secret, ByteString publicKey) {
    @Override
    public String toString() {
      return "Kept[" + id + "]";
    }
  }

  /// The key of a kind for HMAC-SHA-256, made when first asked for.
  public SecretKey macKey(String kind) {
    byte[] fresh = new byte[MAC_KEY];
    random.nextBytes(fresh);
    Kept kept = keep(kind, new Kept("1", ByteString.copyFrom(fresh), ByteString.EMPTY));
    return new SecretKeySpec(kept.secret.toByteArray(), "HmacSHA256");
  }

  /// All secrets of a kind.
  List<Kept> all(String kind) {
    return readers.ask(session ->
        session.list(
            "SELECT id, secret, public_key FROM server_key WHERE shard_key = ? AND kind = ?",
            ServerSecrets::kept,
            Schema.noShard(),
            kind));
  }

  private static Kept kept(ResultSet row) throws SQLException {
    return new Kept(
        row.getString(1),
        ByteString.copyFrom(row.getBytes(2)),
        ByteString.copyFrom(row.getBytes(3)));
  }

  /// Keeps a secret unless there is one of its name.
  ///
  /// @return the one there is now
  Kept keep(String kind, Kept wanted) {
    return all(kind).stream()
        .filter(k -> k.id.equals(wanted.id))
        .findFirst()
        .orElseGet(() -> insert(kind, wanted));
  }

  private Kept insert(String kind, Kept wanted) {
    return writers.commit(
        Job.NO_BUCKET,
        wanted.secret.size(),
        batch -> {
          batch
              .session()
              .update(
                  batch.dialect().insertIgnore()
                      + "server_key (shard_key, kind, id, created_at, secret, public_key)"
                      + " VALUES (?, ?, ?, ?, ?, ?)",
                  Schema.noShard(),
                  kind,
                  wanted.id,
                  clock.millis(),
                  wanted.secret.toByteArray(),
                  wanted.publicKey.toByteArray());
          return batch
              .session()
              .first(
                  "SELECT id, secret, public_key FROM server_key"
                      + " WHERE shard_key = ? AND kind = ? AND id = ?",
                  ServerSecrets::kept,
                  Schema.noShard(),
                  kind,
                  wanted.id)
              .orElse(wanted);
        });
  }

  /// Forgets a secret.
  void drop(String kind, String id) {
    writers.commit(
        Job.NO_BUCKET,
        0,
        batch ->
            batch
                .session()
                .update(
                    "DELETE FROM server_key WHERE shard_key = ? AND kind = ? AND id = ?",
                    Schema.noShard(),
                    kind,
                    id));
  }
}
