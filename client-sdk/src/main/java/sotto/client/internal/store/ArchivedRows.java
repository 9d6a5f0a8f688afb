package sotto.client.internal.store;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import sotto.client.Failure;
import sotto.client.MessageId;

/// The rows of messages on their way into segments and back.
///
/// A row's column `segment` says which segment has an exact copy of it. A trigger clears it when
/// the row changes in any way that history shows, so that whatever happens to a message meanwhile,
/// it is kept: only rows that still name the segment are ever deleted.
public final class ArchivedRows {
  /// A row and what it holds.
  ///
  /// @param row the row
  /// @param message the message
  public record Settled(long row, ArchivedMessage message) {}

  private static final String COLUMNS =
      "SELECT id, message_id, incoming, kind, text, sent_at, accepted_at, status, sender_device,"
          + " quoted_message_id, failure_code, failure, failure_retry, files ";

  private static final String NEXT_ROW = "archive_next_row";

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
  private final Settings settings;
  private final Attached attached;
  private final SearchIndex index;

  ArchivedRows(Sql sql, Settings settings, Attached attached, SearchIndex index) {
    this.sql = sql;
    this.settings = settings;
    this.attached = attached;
    this.index = index;
  }

  /// The conversations with messages older than a time, by contact row.
  public List<Long> conversations(long before) {
    return sql.list(
        "SELECT DISTINCT contact FROM message WHERE sent_at < ? AND segment = 0 AND contact IN"
            + " (SELECT id FROM contact WHERE account_id IS NOT NULL) ORDER BY contact",
        r -> r.number(1),
        before);
  }

  /// How many messages of a conversation can move.
  public int countSettled(long contact, long before) {
    return (int) sql.number("SELECT count(*) " + SETTLED, contact, before, contact);
  }

  /// The oldest messages of a conversation that can move, in its order.
  public List<Settled> settled(long contact, long before, int limit) {
    return sql
        .list(
            COLUMNS + SETTLED + "ORDER BY sent_at, message_id, incoming LIMIT ?",
            ArchivedRows::settled,
            contact,
            before,
            contact,
            limit)
        .stream()
        .map(this::withFiles)
        .toList();
  }

  /// The messages of a conversation behind a place, in its order, settled or not; those that have
  /// not left and those that stand for what could not be decrypted are not among them.
  public List<Settled> behind(HistoryRows.Cursor place, int limit) {
    return sql
        .list(
            COLUMNS
                + "FROM message WHERE contact = ? AND (sent_at, message_id, incoming) > (?, ?, ?)"
                + " AND kind <> 1 AND status <> 0 ORDER BY sent_at, message_id, incoming LIMIT ?",
            ArchivedRows::settled,
            place.contact(),
            place.sentAt(),
            place.id().bytes(),
            place.incoming(),
            limit)
        .stream()
        .map(this::withFiles)
        .toList();
  }

  /// The files are read afterwards: one statement is open at a time.
  private record Read(Settled settled, int files) {}

  private Settled withFiles(Read read) {
    if (read.files() == 0) {
      return read.settled();
    }
    ArchivedMessage m = read.settled().message();
    return new Settled(
        read.settled().row(),
        new ArchivedMessage(
            m.id(),
            m.incoming(),
            m.kind(),
            m.text(),
            m.sentAt(),
            m.acceptedAt(),
            m.status(),
            m.device(),
            m.quoted(),
            m.failure(),
            attached.of(read.settled().row())));
  }

  private static Read settled(Row r) throws SQLException {
    return new Read(
        new Settled(
            r.number(1),
            new ArchivedMessage(
                MessageId.of(r.bytes(2)),
                r.flag(3),
                Codes.messageKind(r.integer(4)),
                r.text(5),
                r.number(6),
                r.number(7),
                Codes.status(r.integer(8)),
                r.integer(9),
                r.optionalBytes(10).filter(b -> b.length == MessageId.LENGTH).map(MessageId::of),
                r.optionalText(11).isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Failure(r.text(11), r.text(12), r.flag(13))),
                List.of())),
        r.integer(14));
  }

  /// Says that a segment has exact copies of rows.
  public void mark(long segment, List<Settled> rows) {
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
    long row = settings.number(NEXT_ROW).orElse(-1L);
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
        insert(row, segment.contact(), segment.id(), message);
        row--;
      } else if (there.get()[1] != 0 && there.get()[1] < segment.id()) {
        replace(there.get()[0], segment.id(), message);
      }
    }
    settings.put(NEXT_ROW, row);
    applyReceipts(segment);
  }

  /// Adds a message that is a copy of nothing, if it is not there.
  public void keep(long contact, ArchivedMessage message) {
    long row = settings.number(NEXT_ROW).orElse(-1L);
    if (sql.number("SELECT count(*) FROM message WHERE contact = ?", contact) == 0) {
      insert(row, contact, 0, message);
      settings.put(NEXT_ROW, row - 1);
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
    long row = settings.number(NEXT_ROW).orElse(-1L);
    insert(row, contact, 0, message);
    settings.put(NEXT_ROW, row - 1);
    return Optional.of(row);
  }

  /// Rows of copies count down from -1 and are never used again: those of messages that came count
  /// up, in the order in which they came.
  private void insert(long row, long contact, long segment, ArchivedMessage m) {
    sql.update(
        "INSERT INTO message(id, message_id, contact, incoming, kind, text, sent_at, accepted_at,"
            + " status, sender_device, quoted_message_id, failure_code, failure, failure_retry,"
            + " files, segment) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        row,
        m.id().bytes(),
        contact,
        m.incoming(),
        Codes.of(m.kind()),
        m.text(),
        m.sentAt(),
        m.acceptedAt(),
        Codes.of(m.status()),
        m.device(),
        m.quoted().map(MessageId::bytes),
        m.failure().map(Failure::code),
        m.failure().map(Failure::sentence),
        m.failure().map(Failure::retryable).orElse(false),
        m.files().size(),
        segment);
    index.put(row);
    m.files().forEach(file -> attached.add(file.of(row)));
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
