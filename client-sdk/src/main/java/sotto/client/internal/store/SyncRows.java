package sotto.client.internal.store;

import java.util.List;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.client.MessageId;

/// What keeps the devices of an account alike: contents that went from here to the others, and what
/// others have said about messages that are not here yet. Both are kept as long as [Dedupe]'s
/// records.
public final class SyncRows {
  /// A content that went to the own other devices.
  ///
  /// @param message the row of the own message that it copies; 0 = none
  /// @param content what it said, serialised, if it copies none
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Sent(long message, byte[] content) {}

  private final Sql sql;

  SyncRows(Sql sql) {
    this.sql = sql;
  }

  /// Notes what a content said, so that it can be said again (protocol R3).
  public void sent(MessageId id, long message, byte[] content, long now) {
    sql.update(
        "INSERT OR IGNORE INTO sync_sent(message_id, message, content, at) VALUES(?, ?, ?, ?)",
        id.bytes(),
        message,
        content,
        now);
  }

  /// What a content said.
  public Optional<Sent> sent(MessageId id) {
    return sql.one(
        "SELECT message, content FROM sync_sent WHERE message_id = ?",
        r -> new Sent(r.number(1), r.bytes(2)),
        id.bytes());
  }

  /// Marks messages read that another own device has read; those that are not here are read when
  /// they come.
  public void readElsewhere(long contact, AccountId account, List<MessageId> ids, long now) {
    for (MessageId id : ids) {
      boolean here =
          sql.number(
                  "SELECT count(*) FROM message WHERE message_id = ? AND incoming = 1 AND (contact = ?"
                      + " OR sender = ?)",
                  id.bytes(),
                  contact,
                  account)
              > 0;
      if (here) {
        sql.update(
            "UPDATE message SET status = 3 WHERE message_id = ? AND incoming = 1 AND status < 3 AND"
                + " (contact = ? OR sender = ?)",
            id.bytes(),
            contact,
            account);
      } else {
        sql.update(
            "INSERT OR IGNORE INTO early_read(account_id, message_id, at) VALUES(?, ?, ?)",
            account,
            id.bytes(),
            now);
      }
    }
  }

  /// A message came: it is read already if another own device has said so.
  public void came(long row, AccountId account, MessageId id) {
    int early =
        sql.update(
            "DELETE FROM early_read WHERE account_id = ? AND message_id = ?", account, id.bytes());
    if (early > 0) {
      sql.update("UPDATE message SET status = 3 WHERE id = ? AND status < 3", row);
    }
  }

  /// A copy of an own message came: receipts that were faster move it on.
  public void copied(long row, long contact, MessageId id) {
    sql.update(
        "UPDATE message SET status = (SELECT max(status) FROM archive_receipt WHERE contact = ? AND"
            + " message_id = ?) WHERE id = ? AND status < (SELECT max(status) FROM archive_receipt"
            + " WHERE contact = ? AND message_id = ?)",
        contact,
        id.bytes(),
        row,
        contact,
        id.bytes());
    sql.update(
        "DELETE FROM archive_receipt WHERE contact = ? AND message_id = ?", contact, id.bytes());
  }

  /// The contacts of which there is something to tell a new device, by row.
  public List<Long> contacts() {
    return sql.list(
        "SELECT id FROM contact WHERE account_id IS NOT NULL AND (username IS NOT NULL OR accepted ="
            + " 1 OR verification = 1 OR blocked = 1) ORDER BY id",
        r -> r.number(1));
  }

  /// Forgets what is old enough.
  public void forgetBefore(long limit) {
    sql.update("DELETE FROM sync_sent WHERE at < ?", limit);
    sql.update("DELETE FROM early_read WHERE at < ?", limit);
  }
}
