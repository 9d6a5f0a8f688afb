package sotto.client.internal.store;

import java.util.List;
import java.util.Optional;

/// Which messages are in which piece of the backup.
///
/// A row's column `backup` says which piece has an exact copy of it. A trigger clears it when the
/// row changes in any way that history shows. A piece of which not all rows are left as they were
/// is given up as a whole, so that no message is ever in two pieces, and none in a piece that is no
/// longer here.
public final class BackedUp {
  // Not: what could not be decrypted, which is no message; what the archive has; what has files
  // that
  // are still on their way to the server.
  private static final String ALL =
      "FROM message WHERE contact = ? AND kind <> 1 AND (segment = 0 OR segment NOT IN"
          + " (SELECT id FROM archive_segment WHERE state = 3)) AND id NOT IN (SELECT message FROM"
          + " attachment WHERE blob_id IS NULL OR length(blob_id) = 0) ";
  private static final String NEW = ALL + "AND backup = 0 ";

  private final Sql sql;
  private final MessageCopies copies;

  BackedUp(Sql sql, MessageCopies copies) {
    this.sql = sql;
    this.copies = copies;
  }

  /// The conversations that have messages which no piece has, by contact row.
  public List<Long> conversations() {
    return sql.list(
        "SELECT id FROM contact WHERE "
            + OtherEnds.NAMED
            + " AND EXISTS (SELECT 1 FROM message WHERE contact = contact.id AND backup = 0) ORDER BY id",
        r -> r.number(1));
  }

  /// How many messages of a conversation no piece has.
  public int count(long contact) {
    return (int) sql.number("SELECT count(*) " + NEW, contact);
  }

  /// The oldest messages of a conversation that no piece has, in its order.
  public List<CopiedRow> next(long contact, int limit) {
    return copies.read(NEW + "ORDER BY sent_at, message_id, incoming LIMIT ?", contact, limit);
  }

  /// Messages of a conversation behind one, whether a piece has them or not, in its order.
  ///
  /// @param last the one before; empty = from the beginning
  public List<CopiedRow> after(long contact, Optional<ArchivedMessage> last, int limit) {
    return copies.read(
        ALL
            + "AND (sent_at, message_id, incoming) > (?, ?, ?) ORDER BY sent_at, message_id, incoming"
            + " LIMIT ?",
        contact,
        last.map(ArchivedMessage::sentAt).orElse(-1L),
        last.map(m -> m.id().bytes()).orElseGet(() -> new byte[0]),
        last.map(ArchivedMessage::incoming).orElse(false),
        limit);
  }

  /// About how many messages a whole backup has.
  public long countAll() {
    return sql.number("SELECT count(*) FROM message WHERE kind <> 1");
  }

  /// Says that a piece has exact copies of rows.
  public void mark(long piece, List<CopiedRow> rows) {
    rows.forEach(r -> sql.update("UPDATE message SET backup = ? WHERE id = ?", piece, r.row()));
  }

  /// How many rows are as a piece has them.
  public int left(long piece) {
    return (int) sql.number("SELECT count(*) FROM message WHERE backup = ? AND backup <> 0", piece);
  }

  /// Forgets that a piece has rows.
  public void release(long piece) {
    sql.update("UPDATE message SET backup = 0 WHERE backup = ? AND backup <> 0", piece);
  }

  /// Forgets what is in pieces that this store does not know, as after a salvage.
  public void releaseUnknown() {
    sql.update(
        "UPDATE message SET backup = 0 WHERE backup <> 0 AND backup NOT IN (SELECT id FROM"
            + " backup_piece)");
  }

  /// Adds a message of a backup.
  ///
  /// @return false if it is there already; that one stays as it is
  public boolean add(long contact, ArchivedMessage message) {
    boolean there =
        sql.number(
                "SELECT count(*) FROM message WHERE message_id = ? AND contact = ? AND incoming = ?",
                message.id().bytes(),
                contact,
                message.incoming())
            > 0;
    if (!there) {
      copies.insert(contact, 0, message);
    }
    return !there;
  }
}
