package sotto.client.internal.store;

import java.util.List;
import java.util.Optional;
import sotto.chain.Bytes;
import sotto.crypto.AttachmentKey;

/// The files of messages: their keys, and where their ciphertext is.
public final class Attached {
  /// A file of a message.
  ///
  /// @param message the message's row
  /// @param place its place there
  /// @param name its name, without folders
  /// @param mediaType its type; may be empty
  /// @param key what decrypts it
  /// @param blobId the blob, once it is at the server
  /// @param uploadId names the upload, and the encrypted file that waits for it
  public record Entry(
      long message,
      int place,
      String name,
      String mediaType,
      AttachmentKey key,
      Optional<Bytes> blobId,
      Optional<Bytes> uploadId) {
    /// The same file of another row.
    Entry of(long row) {
      return new Entry(row, place, name, mediaType, key, blobId, uploadId);
    }
  }

  private static final String ROWS =
      "SELECT message, place, name, media_type, key, ciphertext_size, ciphertext_sha256, size,"
          + " sha256, blob_id, upload_id FROM attachment ";

  private final Sql sql;

  Attached(Sql sql) {
    this.sql = sql;
  }

  /// Adds a file.
  public void add(Entry e) {
    sql.update(
        "INSERT INTO attachment(message, place, name, media_type, key, ciphertext_size,"
            + " ciphertext_sha256, size, sha256, blob_id, upload_id) VALUES(?, ?, ?, ?, ?, ?, ?, ?,"
            + " ?, ?, ?)",
        e.message(),
        e.place(),
        e.name(),
        e.mediaType(),
        e.key().key(),
        e.key().ciphertextSize(),
        e.key().ciphertextSha256().toArray(),
        e.key().plainSize(),
        e.key().plainSha256().toArray(),
        e.blobId().map(Bytes::toArray),
        e.uploadId().map(Bytes::toArray));
  }

  /// The files of a message in order.
  public List<Entry> of(long message) {
    return sql.list(ROWS + "WHERE message = ? ORDER BY place", Attached::entry, message);
  }

  /// Files that wait for their upload, the oldest message first.
  public List<Entry> waiting() {
    return sql.list(ROWS + "WHERE blob_id IS NULL ORDER BY message, place", Attached::entry);
  }

  /// Whether a message has a file that is not at the server.
  public boolean waits(long message) {
    return sql.number(
            "SELECT count(*) FROM attachment WHERE message = ? AND blob_id IS NULL", message)
        > 0;
  }

  /// Ends the wait of a message's files: it failed.
  public void giveUp(long message) {
    sql.update(
        "UPDATE attachment SET blob_id = zeroblob(0) WHERE message = ? AND blob_id IS NULL",
        message);
  }

  /// Notes that a file is at the server.
  public void uploaded(long message, int place, byte[] blobId) {
    sql.update(
        "UPDATE attachment SET blob_id = ? WHERE message = ? AND place = ?",
        blobId,
        message,
        place);
  }

  private static Entry entry(Row r) throws java.sql.SQLException {
    return new Entry(
        r.number(1),
        r.integer(2),
        r.text(3),
        r.text(4),
        new AttachmentKey(
            r.bytes(5), r.number(6), Bytes.of(r.bytes(7)), r.number(8), Bytes.of(r.bytes(9))),
        r.optionalBytes(10).filter(b -> b.length > 0).map(Bytes::of),
        r.optionalBytes(11).map(Bytes::of));
  }
}
