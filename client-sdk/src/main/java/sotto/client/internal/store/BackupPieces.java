package sotto.client.internal.store;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import sotto.chain.Bytes;

/// The pieces of this home's backup at the server.
///
/// ```
/// chosen ── its ciphertext is in the home ──▶ prepared ── the server has it ──▶ kept
/// kept ── a message in it changed or went, or a newer index is named ──▶ dropped ──▶ deleted
/// ```
public final class BackupPieces {
  /// A piece.
  ///
  /// @param id the row
  /// @param pieceId what its key is derived for
  /// @param count how many messages it has; 0 = it is an index
  /// @param size bytes of its ciphertext; 0 while it is chosen
  /// @param sha256 the digest of that
  /// @param uploadId names its upload
  /// @param blobId its blob, once it is at the server
  public record Piece(
      long id,
      Bytes pieceId,
      int count,
      long size,
      Bytes sha256,
      Bytes uploadId,
      Optional<Bytes> blobId) {}

  private static final String ROWS =
      "SELECT id, piece_id, count, size, sha256, upload_id, blob_id FROM backup_piece ";

  private final Sql sql;

  BackupPieces(Sql sql) {
    this.sql = sql;
  }

  /// Adds one that is chosen.
  ///
  /// @return its row
  public long add(Bytes pieceId, int count, Bytes uploadId) {
    return sql.insert(
        "INSERT INTO backup_piece(piece_id, count, size, sha256, upload_id) VALUES(?, ?, 0, x'', ?)",
        pieceId.toArray(),
        count,
        uploadId.toArray());
  }

  /// Notes that its ciphertext is in the home.
  public void prepared(long id, long size, Bytes sha256) {
    sql.update(
        "UPDATE backup_piece SET size = ?, sha256 = ? WHERE id = ?", size, sha256.toArray(), id);
  }

  /// Notes that it is at the server.
  public void kept(long id, Bytes blobId) {
    sql.update("UPDATE backup_piece SET blob_id = ? WHERE id = ?", blobId.toArray(), id);
  }

  /// Notes that no index will name it any more.
  public void drop(long id) {
    sql.update("UPDATE backup_piece SET dropped = 1 WHERE id = ?", id);
  }

  /// Adds one that a lost device made, to be deleted once there is a backup of this one.
  public void addDropped(Bytes pieceId, Bytes blobId, long size) {
    sql.update(
        "INSERT OR IGNORE INTO backup_piece(piece_id, count, size, sha256, upload_id, blob_id,"
            + " dropped) VALUES(?, 0, ?, x'', x'', ?, 1)",
        pieceId.toArray(),
        size,
        blobId.toArray());
  }

  /// Forgets it.
  public void remove(long id) {
    sql.update("DELETE FROM backup_piece WHERE id = ?", id);
  }

  /// A piece.
  public Piece get(long id) {
    return sql.one(ROWS + "WHERE id = ?", BackupPieces::row, id).orElseThrow();
  }

  /// Those that are not at the server yet.
  public List<Piece> begun() {
    return sql.list(ROWS + "WHERE blob_id IS NULL AND dropped = 0 ORDER BY id", BackupPieces::row);
  }

  /// Those with messages that are at the server, in the order in which they were made.
  public List<Piece> kept() {
    return sql.list(
        ROWS + "WHERE blob_id IS NOT NULL AND dropped = 0 AND count > 0 ORDER BY id",
        BackupPieces::row);
  }

  /// The indexes at the server, the newest last.
  public List<Piece> indexes() {
    return sql.list(
        ROWS + "WHERE blob_id IS NOT NULL AND dropped = 0 AND count = 0 ORDER BY id",
        BackupPieces::row);
  }

  /// Those to be deleted.
  public List<Piece> dropped() {
    return sql.list(ROWS + "WHERE dropped = 1 ORDER BY id", BackupPieces::row);
  }

  private static Piece row(Row r) throws SQLException {
    return new Piece(
        r.number(1),
        Bytes.of(r.bytes(2)),
        r.integer(3),
        r.number(4),
        Bytes.of(r.bytes(5)),
        Bytes.of(r.bytes(6)),
        r.optionalBytes(7).map(Bytes::of));
  }
}
