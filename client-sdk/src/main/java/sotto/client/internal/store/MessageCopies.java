package sotto.client.internal.store;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import sotto.client.Failure;
import sotto.client.MessageId;

/// Exact copies of messages: out of their rows, and into new ones.
final class MessageCopies {
  private static final String NEXT_ROW = "archive_next_row";

  private final Sql sql;
  private final Settings settings;
  private final Attached attached;
  private final SearchIndex index;

  MessageCopies(Sql sql, Settings settings, Attached attached, SearchIndex index) {
    this.sql = sql;
    this.settings = settings;
    this.attached = attached;
    this.index = index;
  }

  /// Copies of rows.
  ///
  /// @param which of the message table: FROM and what follows
  List<CopiedRow> read(String which, Object... arguments) {
    return sql
        .list(
            "SELECT id, message_id, incoming, kind, text, sent_at, accepted_at, status,"
                + " sender_device, quoted_message_id, failure_code, failure, failure_retry, files,"
                + " sender "
                + which,
            MessageCopies::row,
            arguments)
        .stream()
        .map(this::withFiles)
        .toList();
  }

  /// The files are read afterwards: one statement is open at a time.
  private record Read(CopiedRow copied, int files) {}

  private CopiedRow withFiles(Read read) {
    if (read.files() == 0) {
      return read.copied();
    }
    ArchivedMessage m = read.copied().message();
    return new CopiedRow(
        read.copied().row(),
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
            m.sender(),
            attached.of(read.copied().row())));
  }

  private static Read row(Row r) throws SQLException {
    return new Read(
        new CopiedRow(
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
                r.account(15),
                List.of())),
        r.integer(14));
  }

  /// Makes a row of a message that is not there. Rows of copies count down from -1 and are never
  /// used again: those of messages that came count up, in the order in which they came.
  ///
  /// @param segment the segment of the archive that has it; 0 = none
  /// @return the row
  long insert(long contact, long segment, ArchivedMessage m) {
    long row = settings.number(NEXT_ROW).orElse(-1L);
    settings.put(NEXT_ROW, row - 1);
    sql.update(
        "INSERT INTO message(id, message_id, contact, incoming, kind, text, sent_at, accepted_at,"
            + " status, sender_device, quoted_message_id, failure_code, failure, failure_retry,"
            + " files, segment, sender) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
        segment,
        m.sender());
    index.put(row);
    m.files().forEach(file -> attached.add(file.of(row)));
    return row;
  }
}
