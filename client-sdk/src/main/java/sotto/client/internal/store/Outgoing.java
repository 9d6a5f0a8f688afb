package sotto.client.internal.store;

import java.util.List;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.client.MessageId;
import sotto.client.internal.store.OutboxRow.Kind;

/// The rows of the outbox.
public final class Outgoing {
  /// The most message ids of one receipt.
  public static final int MAX_RECEIPT_IDS = 256;

  /// When a row is due that waits until it is [#unpark]ed.
  private static final long PARKED = Long.MAX_VALUE;

  private static final String ROWS =
      "SELECT id, contact, account_id, kind, message, ids, content, envelope_id, first_attempt_at,"
          + " rounds, complete, frame, channel FROM outbox ";

  private final Sql sql;

  Outgoing(Sql sql) {
    this.sql = sql;
  }

  /// Adds a row; without an account it waits until the contact's name is found.
  public void add(
      long contact,
      Optional<AccountId> account,
      Kind kind,
      long message,
      byte[] content,
      byte[] envelopeId) {
    sql.update(
        "INSERT INTO outbox(contact, account_id, kind, message, content, envelope_id, due_at)"
            + " VALUES(?, ?, ?, ?, ?, ?, 0)",
        contact,
        account,
        Codes.of(kind),
        message,
        content,
        envelopeId);
  }

  /// Adds something about a group for one of its members.
  ///
  /// @param distribution the sender key that it gives; empty if it gives none
  public void addGroup(
      long contact,
      AccountId account,
      byte[] content,
      Optional<Bytes> distribution,
      byte[] envelopeId) {
    sql.update(
        "INSERT INTO outbox(contact, account_id, kind, content, ids, envelope_id, due_at)"
            + " VALUES(?, ?, ?, ?, ?, ?, 0)",
        contact,
        account,
        Codes.of(Kind.GROUP),
        content,
        distribution,
        envelopeId);
  }

  /// Adds message ids to receipts that go to an account: to an unencrypted row with room, or to a
  /// new one.
  ///
  /// @param dueAt when a new row may go
  public void addReceipts(
      long contact,
      AccountId account,
      Kind kind,
      List<MessageId> messages,
      byte[] envelopeId,
      long dueAt) {
    int from = 0;
    Optional<long[]> open =
        sql.one(
            "SELECT id, length(ids) FROM outbox WHERE account_id = ? AND kind = ? AND frame IS NULL"
                + " ORDER BY id DESC LIMIT 1",
            r -> new long[] {r.number(1), r.number(2) / MessageId.LENGTH},
            account,
            Codes.of(kind));
    if (open.isPresent() && open.get()[1] < MAX_RECEIPT_IDS) {
      from = Math.min(messages.size(), MAX_RECEIPT_IDS - (int) open.get()[1]);
      sql.update(
          "UPDATE outbox SET ids = CAST(ids || ? AS BLOB) WHERE id = ?",
          joined(messages.subList(0, from)),
          open.get()[0]);
    }
    if (from < messages.size()) {
      int until = Math.min(messages.size(), from + MAX_RECEIPT_IDS);
      sql.update(
          "INSERT INTO outbox(contact, account_id, kind, ids, envelope_id, due_at)"
              + " VALUES(?, ?, ?, ?, ?, ?)",
          contact,
          account,
          Codes.of(kind),
          joined(messages.subList(from, until)),
          envelopeId,
          dueAt);
    }
  }

  private static byte[] joined(List<MessageId> messages) {
    byte[] ids = new byte[messages.size() * MessageId.LENGTH];
    for (int i = 0; i < messages.size(); i++) {
      System.arraycopy(messages.get(i).bytes(), 0, ids, i * MessageId.LENGTH, MessageId.LENGTH);
    }
    return ids;
  }

  /// The accounts that have rows.
  public List<AccountId> accounts() {
    return sql.list(
        "SELECT DISTINCT account_id FROM outbox WHERE account_id IS NOT NULL",
        r -> new AccountId(r.bytes(1)));
  }

  /// The rows of a lane in order.
  ///
  /// @param after leaves out this row and those before it
  /// @param dueBy leaves out receipts that are to wait longer
  public List<OutboxRow> lane(AccountId account, long after, long dueBy, int limit) {
    return sql.list(
        ROWS + "WHERE account_id = ? AND id > ? AND due_at <= ? ORDER BY id LIMIT ?",
        Outgoing::row,
        account,
        after,
        Math.min(dueBy, PARKED - 1),
        limit);
  }

  /// A row, if it is still there.
  public Optional<OutboxRow> find(long id) {
    return sql.one(ROWS + "WHERE id = ? AND account_id IS NOT NULL", Outgoing::row, id);
  }

  /// Keeps a row's ciphertext for every device.
  public void setFrame(long id, byte[] frame, long firstAttemptAt) {
    sql.update(
        "UPDATE outbox SET frame = ?, complete = 1, first_attempt_at = coalesce(first_attempt_at,"
            + " ?) WHERE id = ?",
        frame,
        firstAttemptAt,
        id);
  }

  /// Keeps by which way a row leaves, or that it may leave by any.
  public void setChannel(long id, Optional<OutboxRow.Channel> channel) {
    sql.update("UPDATE outbox SET channel = ? WHERE id = ?", Codes.of(channel), id);
  }

  /// Forgets that rows have left by a way on which nothing was stored.
  public void forgetChannel(OutboxRow.Channel channel) {
    sql.update("UPDATE outbox SET channel = 0 WHERE channel = ?", Codes.of(Optional.of(channel)));
  }

  /// Keeps what is left of a row's ciphertext after its device list was refused, and counts the
  /// round.
  public void mend(long id, byte[] frame) {
    sql.update(
        "UPDATE outbox SET frame = ?, complete = 0, rounds = rounds + 1 WHERE id = ?", frame, id);
  }

  /// Takes a row away: it was accepted or has failed.
  public void remove(long id) {
    sql.update("DELETE FROM outbox WHERE id = ?", id);
  }

  /// Takes a message's row away.
  public void removeMessage(long message) {
    sql.update("DELETE FROM outbox WHERE message = ?", message);
  }

  /// Takes a message's row away if nothing of it was ever encrypted.
  ///
  /// @return whether it was there
  public boolean removeUnsealed(long message) {
    return sql.update(
            "DELETE FROM outbox WHERE message = ? AND kind = ? AND frame IS NULL AND"
                + " first_attempt_at IS NULL",
            message,
            Codes.of(Kind.MESSAGE))
        > 0;
  }

  /// Lets the rows behind a row that was never encrypted overtake it, until [#unpark].
  public void park(long id) {
    sql.update("UPDATE outbox SET due_at = ? WHERE id = ? AND frame IS NULL", PARKED, id);
  }

  /// Puts a message's row that was parked at the end of its lane.
  public void unpark(long message) {
    int copied =
        sql.update(
            "INSERT INTO outbox(contact, account_id, kind, message, ids, content, envelope_id,"
                + " due_at) SELECT contact, account_id, kind, message, ids, content, envelope_id, 0"
                + " FROM outbox WHERE message = ? AND due_at = ?",
            message,
            PARKED);
    if (copied > 0) {
      sql.update("DELETE FROM outbox WHERE message = ? AND due_at = ?", message, PARKED);
    }
  }

  /// Sends rows that are not encrypted yet to another account.
  public void redirect(long contact, AccountId account) {
    sql.update(
        "UPDATE outbox SET account_id = ? WHERE contact = ? AND frame IS NULL AND kind = ?",
        account,
        contact,
        Codes.of(Kind.MESSAGE));
    sql.update(
        "DELETE FROM outbox WHERE contact = ? AND account_id <> ? AND kind <> ?",
        contact,
        account,
        Codes.of(Kind.MESSAGE));
  }

  /// The messages that wait for a contact whose name was not found.
  public List<Long> messagesTo(long contact) {
    return sql.list(
        "SELECT message FROM outbox WHERE contact = ? AND message <> 0", r -> r.number(1), contact);
  }

  /// Takes away all rows to a contact.
  public void removeTo(long contact) {
    sql.update("DELETE FROM outbox WHERE contact = ?", contact);
  }

  /// The messages encrypted so long ago that they are given up (protocol L4), with their rows.
  public List<OutboxRow> attemptedBefore(long limit) {
    return sql.list(ROWS + "WHERE first_attempt_at < ?", Outgoing::row, limit);
  }

  /// Takes away what has not been encrypted yet and goes to a contact.
  ///
  /// @return the messages among it
  public List<Long> stop(long contact) {
    List<Long> messages =
        sql.list(
            "SELECT message FROM outbox WHERE contact = ? AND kind = ? AND frame IS NULL AND"
                + " first_attempt_at IS NULL",
            r -> r.number(1),
            contact,
            Codes.of(Kind.MESSAGE));
    sql.update(
        "DELETE FROM outbox WHERE contact = ? AND frame IS NULL AND first_attempt_at IS NULL",
        contact);
    return messages;
  }

  /// How many rows there are that are not held back by the user or a missing name.
  public long count() {
    return sql.number("SELECT count(*) FROM outbox");
  }

  private static OutboxRow row(Row r) throws java.sql.SQLException {
    Optional<Long> first = r.number(9) == 0 ? Optional.empty() : Optional.of(r.number(9));
    return new OutboxRow(
        r.number(1),
        r.number(2),
        new AccountId(r.bytes(3)),
        Codes.outboxKind(r.integer(4)),
        r.number(5),
        r.bytes(6),
        r.bytes(7),
        r.bytes(8),
        first,
        r.integer(10),
        r.flag(11),
        Codes.channel(r.integer(13)),
        r.optionalBytes(12));
  }
}
