package sotto.client.internal.store;

import java.util.Optional;
import sotto.chain.Bytes;
import sotto.crypto.AttachmentKey;

/// Files that this account has uploaded and that may still be at the server: whoever sends the same
/// file again need not upload it again.
public final class KnownBlobs {
  /// A blob.
  ///
  /// @param key what decrypts it
  /// @param blobId the blob
  /// @param expiresAt when it goes if nobody renews it, milliseconds since 1970
  public record Known(AttachmentKey key, Bytes blobId, long expiresAt) {}

  private final Sql sql;

  KnownBlobs(Sql sql) {
    this.sql = sql;
  }

  /// The blob of a file.
  public Optional<Known> find(Bytes sha256, long size) {
    return sql.one(
        "SELECT key, ciphertext_size, ciphertext_sha256, size, sha256, blob_id, expires_at FROM"
            + " known_blob WHERE sha256 = ? AND size = ?",
        r ->
            new Known(
                new AttachmentKey(
                    r.bytes(1),
                    r.number(2),
                    Bytes.of(r.bytes(3)),
                    r.number(4),
                    Bytes.of(r.bytes(5))),
                Bytes.of(r.bytes(6)),
                r.number(7)),
        sha256.toArray(),
        size);
  }

  /// Remembers the blob of a file, in place of an older one.
  public void put(Known known) {
    AttachmentKey key = known.key();
    sql.update(
        "INSERT OR REPLACE INTO known_blob(sha256, size, key, ciphertext_size, ciphertext_sha256,"
            + " blob_id, expires_at) VALUES(?, ?, ?, ?, ?, ?, ?)",
        key.plainSha256().toArray(),
        key.plainSize(),
        key.key(),
        key.ciphertextSize(),
        key.ciphertextSha256().toArray(),
        known.blobId().toArray(),
        known.expiresAt());
  }

  /// Forgets the blob of a file.
  public void forget(Bytes sha256, long size) {
    sql.update("DELETE FROM known_blob WHERE sha256 = ? AND size = ?", sha256.toArray(), size);
  }

  /// Forgets what has gone.
  public void forgetBefore(long limit) {
    sql.update("DELETE FROM known_blob WHERE expires_at < ?", limit);
  }
}
