package sotto.client.internal.store;

import java.util.List;
import java.util.Optional;
import sotto.client.Failure;

/// The rows of messages on their way into segments and back.
///
/// A row's column `segment` says which segment has an exact copy of it. A trigger clears it when
/// the row changes in any way that history shows, so that whatever happens to a message meanwhile,
/// it is kept: only rows that still name the segment are ever deleted.
public final class ArchivedRows {

  /// Nothing more is expected of it: read, or arrived, or failed; nothing waits to be sent about
  /// it; its files are at the server; every consumer has seen its events; and it is not the newest
  /// of its conversation, which always stays.
  private static final String SETTLED =
      "FROM message WHERE contact = ? AND sent_at < ? AND segment = 0 AND kind <> 1 AND ((incoming ="
          + " 1 AND status = 3) OR (incoming = 0 AND status IN (2, 3, 4))) AND id NOT IN (SELECT"
          + " message FROM outbox) AND id NOT IN (SELECT message FROM attachment WHERE blob_id IS"
          + " NULL OR length(blob_id) = 0) AND id NOT IN (SELECT message FROM event WHERE id >"
          + " (SELECT min(cursor) FROM consumer)) AND id <> (SELECT id FROM message WHERE contact = ?"
          + " ORDER BY sent_at DESC, message_id DESC, incoming DESC LIMIT 1) ";

  private final Sql sql;
  private final SearchIndex index;
  private final MessageCopies copies;

  ArchivedRows(Sql sql, MessageCopies copies, SearchIndex index) {
    this.sql = sql;
    this.copies = copies;
    this.index = index;
  }

  /// The conversations with messages older than a time, by contact row.
  public List<Long> conversations(long before) {
    return sql.list(
        "SELECT DISTINCT contact FROM message WHERE sent_at < ? AND segment = 0 AND contact IN"
            + " (SELECT id FROM contact WHERE "
            + OtherEnds.NAMED
            + ") ORDER BY contact",
        r -> r.number(1),
        before);
  }

  /// How many messages of a conversation can move.
  public int countSettled(long contact, long before) {
    return (int) sql.number("SELECT count(*) " + SETTLED, contact, before, contact);
  }

  /// The oldest messages of a conversation that can move, in its order.
  public List<CopiedRow> settled(long contact, long before, int limit) {
    return copies.read(
        SETTLED + "ORDER BY sent_at, message_id, incoming LIMIT ?",
        contact,
        before,
        contact,
        limit);
  }

  /// The messages of a conversation behind a place, in its order, settled or not; those that have
  /// not left and those that stand for what could not be decrypted are not among them.
  public List<CopiedRow> behind(HistoryRows.Cursor place, int limit) {
    return copies.read(
        "FROM message WHERE contact = ? AND (sent_at, message_id, incoming) > (?, ?, ?) AND kind <>"
            + " 1 AND status <> 0 ORDER BY sent_at, message_id, incoming LIMIT ?",
        place.contact(),
        place.sentAt(),
        place.id().bytes(),
        place.incoming(),
        limit);
  }

  /// Says that a segment has exact copies of rows.
  public void mark(long segment, List<CopiedRow> rows) {
    rows.forEach(r -> sql.update("UPDATE message SET segment = ? WHERE id = ?", segment, r.row()));
  }

  /// Makes a segment's rows the store's own again.
  ///
  /// @return how many
  public int release(long segment) {
    return sql.update("UPDATE message SET segment = 0 WHERE segment = ?", segment);
  }

  /// Deletes the rows that are exactly as the segment has them.
  ///
  /// @return how many
  public int delete(long segment) {
    sql.list("SELECT id FROM message WHERE segment = ?", r -> r.number(1), segment)
        .forEach(index::forget);
    sql.update(
        "DELETE FROM attachment WHERE message IN (SELECT id FROM message WHERE segment = ?)",
        segment);
    return sql.update("DELETE FROM message WHERE segment = ?", segment);
  }

  /// Puts copies of a segment's messages into the message table. What is there already stays as it
  /// is, unless it is a copy from an older segment.
  public void putBack(SegmentRow segment, List<ArchivedMessage> messages) {
    for (ArchivedMessage message : messages) {
      Optional<long[]> there =
          sql.one(
              "SELECT id, segment FROM message WHERE message_id = ? AND contact = ? AND incoming ="
                  + " ?",
              r -> new long[] {r.number(1), r.number(2)},
              message.id().bytes(),
              segment.contact(),
              message.incoming());
      if (there.isEmpty()) {
        copies.insert(segment.contact(), segment.id(), message);
      } else if (there.get()[1] != 0 && there.get()[1] < segment.id()) {
        replace(there.get()[0], segment.id(), message);
      }
    }
    applyReceipts(segment);
  }

  /// Adds a message that is a copy of nothing, if it is not there.
  public void keep(long contact, ArchivedMessage message) {
    if (sql.number("SELECT count(*) FROM message WHERE contact = ?", contact) == 0) {
      copies.insert(contact, 0, message);
    }
  }

  /// Adds a message of another own device's history; one that is here already only moves on.
  ///
  /// @return its row, if it is new here
  public Optional<Long> add(long contact, ArchivedMessage message) {
    Optional<Long> there =
        sql.one(
            "SELECT id FROM message WHERE message_id = ? AND contact = ? AND incoming = ?",
            r -> r.number(1),
            message.id().bytes(),
            contact,
            message.incoming());
    if (there.isPresent()) {
      sql.update(
          "UPDATE message SET status = ? WHERE id = ? AND status < ? AND ? < 4",
          Codes.of(message.status()),
          there.get(),
          Codes.of(message.status()),
          Codes.of(message.status()));
      return Optional.empty();
    }
    return Optional.of(copies.insert(contact, 0, message));
  }

  private void replace(long row, long segment, ArchivedMessage m) {
    sql.update(
        "UPDATE message SET status = ?, failure_code = ?, failure = ?, failure_retry = ?, segment ="
            + " ? WHERE id = ?",
        Codes.of(m.status()),
        m.failure().map(Failure::code),
        m.failure().map(Failure::sentence),
        m.failure().map(Failure::retryable).orElse(false),
        segment,
        row);
  }

  /// Receipts that came while their messages were away change them now.
  private void applyReceipts(SegmentRow segment) {
    sql.update(
        "UPDATE message SET status = r.status FROM archive_receipt r WHERE message.segment = ? AND"
            + " message.incoming = 0 AND (message.status < r.status AND message.status <> 4 OR"
            + " message.status = 4 AND message.failure_code = 'expired' AND r.status >= 2) AND"
            + " r.contact = message.contact AND r.message_id = message.message_id",
        segment.id());
    sql.update(
        "DELETE FROM archive_receipt WHERE contact = ? AND message_id IN (SELECT message_id FROM"
            + " message WHERE contact = ?)",
        segment.contact(),
        segment.contact());
  }

  /// Takes a bounded piece of what deleted rows left in the text index out of it.
  ///
  /// @param first whether this begins anew
  /// @return whether there is more
  public boolean tidy(boolean first) {
    return index.tidy(first);
  }
}
