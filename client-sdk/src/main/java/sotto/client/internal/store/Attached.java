package sotto.client.internal.store;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import sotto.chain.Bytes;
import sotto.client.Picture;
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
  /// @param picture what is said of it as a picture
  public record Entry(
      long message,
      int place,
      String name,
      String mediaType,
      AttachmentKey key,
      Optional<Bytes> blobId,
      Optional<Bytes> uploadId,
      Optional<Picture> picture) {
    /// The same file of another row.
    Entry of(long row) {
      return new Entry(row, place, name, mediaType, key, blobId, uploadId, picture);
    }
  }

  private static final String ROWS =
      "SELECT message, place, name, media_type, key, ciphertext_size, ciphertext_sha256, size,"
          + " sha256, blob_id, upload_id, width, height, preview FROM attachment ";

  private static final String WAITS = "blob_id IS NULL ";

  private final Sql sql;
  private final SearchIndex index;

  Attached(Sql sql, SearchIndex index) {
    this.sql = sql;
    this.index = index;
  }

  /// Adds a file.
  public void add(Entry e) {
    boolean indexed = index.forget(e.message());
    sql.update(
        "INSERT INTO attachment(message, place, name, media_type, key, ciphertext_size,"
            + " ciphertext_sha256, size, sha256, blob_id, upload_id, width, height, preview)"
            + " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
        e.uploadId().map(Bytes::toArray),
        e.picture().map(Picture::width).orElse(0),
        e.picture().map(Picture::height).orElse(0),
        e.picture().map(p -> p.preview().toArray()));
    if (indexed) {
      index.put(e.message());
    }
  }

  /// The files of a message in order.
  public List<Entry> of(long message) {
    return sql.list(ROWS + "WHERE message = ? ORDER BY place", Attached::entry, message);
  }

  /// Files that wait for their upload, of the oldest messages first.
  ///
  /// @param atLeast the smallest ciphertext, bytes
  /// @param below what ciphertexts are smaller than
  public List<Entry> waiting(long atLeast, long below, int limit) {
    return sql.list(
        ROWS
            + "WHERE "
            + WAITS
            + "AND ciphertext_size >= ? AND ciphertext_size < ? ORDER BY message, place LIMIT ?",
        Attached::entry,
        atLeast,
        below,
        limit);
  }

  /// The uploads whose encrypted file is still needed: they wait, or their message failed and may
  /// be retried.
  ///
  /// @param failedSince leaves out messages that failed and are older
  public List<Bytes> neededUploads(long failedSince) {
    return sql.list(
        "SELECT upload_id FROM attachment WHERE blob_id IS NULL AND upload_id IS NOT NULL UNION ALL"
            + " SELECT a.upload_id FROM attachment a JOIN message m ON m.id = a.message WHERE"
            + " m.status = ? AND m.failure_retry = 1 AND m.sent_at > ? AND length(a.blob_id) = 0"
            + " AND a.upload_id IS NOT NULL",
        r -> Bytes.of(r.bytes(1)),
        Codes.FAILED,
        failedSince);
  }

  /// Whether a message has a file that is not at the server.
  public boolean waits(long message) {
    return sql.number("SELECT count(*) FROM attachment WHERE message = ? AND " + WAITS, message)
        > 0;
  }

  /// Whether a file is not at the server.
  public boolean waits(Entry entry) {
    return sql.number(
            "SELECT count(*) FROM attachment WHERE message = ? AND place = ? AND " + WAITS,
            entry.message(),
            entry.place())
        > 0;
  }

  /// Ends the wait of a message's files: it failed.
  public void giveUp(long message) {
    sql.update(
        "UPDATE attachment SET blob_id = zeroblob(0) WHERE message = ? AND " + WAITS, message);
  }

  /// Lets the files of a message that were given up wait again.
  public void waitAgain(long message) {
    sql.update(
        "UPDATE attachment SET blob_id = NULL WHERE message = ? AND length(blob_id) = 0", message);
  }

  /// Notes that a file is at the server.
  ///
  /// @param key what decrypts the blob
  /// @return false if it no longer waited
  public boolean uploaded(long message, int place, AttachmentKey key, byte[] blobId) {
    return sql.update(
            "UPDATE attachment SET blob_id = ?, key = ?, ciphertext_size = ?, ciphertext_sha256 = ?"
                + " WHERE message = ? AND place = ? AND "
                + WAITS,
            blobId,
            key.key(),
            key.ciphertextSize(),
            key.ciphertextSha256().toArray(),
            message,
            place)
        == 1;
  }

  /// What is said of a file as a picture, from three columns.
  static Optional<Picture> picture(Row r, int first) throws SQLException {
    Optional<byte[]> preview = r.optionalBytes(first + 2);
    return r.integer(first) == 0 && preview.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Picture(
                r.integer(first),
                r.integer(first + 1),
                Bytes.of(preview.orElseGet(() -> new byte[0]))));
  }

  private static Entry entry(Row r) throws SQLException {
    return new Entry(
        r.number(1),
        r.integer(2),
        r.text(3),
        r.text(4),
        new AttachmentKey(
            r.bytes(5), r.number(6), Bytes.of(r.bytes(7)), r.number(8), Bytes.of(r.bytes(9))),
        r.optionalBytes(10).filter(b -> b.length > 0).map(Bytes::of),
        r.optionalBytes(11).map(Bytes::of),
        picture(r, 12));
  }
}
