package sotto.client.internal.store;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.client.Contact;
import sotto.client.Failure;
import sotto.client.FileView;
import sotto.client.MessageId;
import sotto.client.MessageView;
import sotto.client.Status;
import sotto.client.Username;
import sotto.client.Verification;
import sotto.group.GroupId;

/// The messages of all conversations.
public final class Messages {
  /// A message's state, as the engine needs it.
  ///
  /// @param id the row
  /// @param contact the conversation
  /// @param messageId the id on the wire
  /// @param status how far it has come
  public record State(long id, long contact, MessageId messageId, Status status) {}

  /// What an incoming message brings.
  ///
  /// @param messageId its id on the wire
  /// @param kind whether it can be shown
  /// @param text its text
  /// @param files how many files it has
  /// @param sentAt when it was sent, capped
  /// @param acceptedAt when its envelope was accepted
  /// @param device the sending device
  /// @param sender the sending member of a group; empty where the conversation is with its sender
  public record Incoming(
      MessageId messageId,
      MessageView.Kind kind,
      String text,
      int files,
      long sentAt,
      long acceptedAt,
      int device,
      Optional<AccountId> sender) {
    /// One of a conversation with its sender.
    public Incoming(
        MessageId messageId,
        MessageView.Kind kind,
        String text,
        int files,
        long sentAt,
        long acceptedAt,
        int device) {
      this(messageId, kind, text, files, sentAt, acceptedAt, device, Optional.empty());
    }
  }

  /// What of an own message goes into its ciphertext.
  ///
  /// @param id the row
  /// @param messageId its id on the wire
  /// @param text its text
  /// @param files how many files it has
  /// @param sentAt when it was sent; provisional until it is first encrypted
  public record Body(long id, MessageId messageId, String text, int files, long sentAt) {}

  private static final String VIEW =
      "SELECT m.id, m.message_id, m.kind, m.incoming, m.text, m.sent_at, m.status, m.failure_code,"
          + " m.failure, m.failure_retry, m.files, c.account_id, c.username, c.verification,"
          + " c.accepted, c.blocked, m.sender, s.username, s.verification, s.accepted, s.blocked,"
          + " g.group_id, g.title FROM message m JOIN contact c ON c.id = m.contact LEFT JOIN"
          + " contact s ON s.account_id = m.sender LEFT JOIN chat_group g ON g.contact = m.contact ";

  private static final int READ = Codes.READ;
  private static final int UNDECRYPTABLE = Codes.UNDECRYPTABLE;

  private final Sql sql;
  private final Settings settings;
  private final SearchIndex index;

  Messages(Sql sql, Settings settings, SearchIndex index) {
    this.sql = sql;
    this.settings = settings;
    this.index = index;
  }

  /// Adds an own message, queued.
  ///
  /// @return its row
  public long addOutgoing(
      long contact, MessageId messageId, String text, int files, long sentAt, Status status) {
    long row =
        sql.insert(
            "INSERT INTO message(message_id, contact, incoming, kind, text, sent_at, status, files)"
                + " VALUES(?, ?, 0, ?, ?, ?, ?, ?)",
            messageId.bytes(),
            contact,
            Codes.of(MessageView.Kind.MESSAGE),
            text,
            sentAt,
            Codes.of(status),
            files);
    index.later();
    return row;
  }

  /// Adds an incoming message.
  ///
  /// @return its row, or empty if the contact has sent one with this id
  public Optional<Long> addIncoming(long contact, Incoming message) {
    int added =
        sql.update(
            "INSERT OR IGNORE INTO message(message_id, contact, incoming, kind, text, sent_at,"
                + " status, files, accepted_at, sender_device, sender)"
                + " VALUES(?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?)",
            message.messageId().bytes(),
            contact,
            Codes.of(message.kind()),
            message.text(),
            message.sentAt(),
            Codes.of(Status.DELIVERED),
            message.files(),
            message.acceptedAt(),
            message.device(),
            message.sender());
    if (added == 0) {
      return Optional.empty();
    }
    long row = sql.number("SELECT last_insert_rowid()");
    index.later();
    return Optional.of(row);
  }

  /// Turns a row that stands for one undecryptable message into that message, in its place.
  ///
  /// @return false if the row is not there any more, or the conversation has a message with this id
  public boolean healInPlace(long row, Incoming message) {
    if (sql.number(
            "SELECT count(*) FROM message WHERE message_id = ? AND incoming = 1 AND contact = (SELECT"
                + " contact FROM message WHERE id = ?)",
            message.messageId().bytes(),
            row)
        > 0) {
      return false;
    }
    boolean indexed = index.forget(row);
    int healed =
        sql.update(
            "UPDATE message SET message_id = ?, kind = ?, text = ?, sent_at = ?, files = ? WHERE id ="
                + " ? AND kind = 1",
            message.messageId().bytes(),
            Codes.of(message.kind()),
            message.text(),
            message.sentAt(),
            message.files(),
            row);
    if (indexed) {
      index.put(row);
    }
    return healed > 0;
  }

  /// Takes away a row that stands for an undecryptable message.
  public void dropUndecryptable(long row) {
    index.forget(row);
    sql.update("DELETE FROM message WHERE id = ? AND kind = 1", row);
  }

  /// The newest incoming row of a conversation if it stands for undecryptable messages of a device.
  public Optional<Long> newestIfUndecryptable(long contact, int device) {
    return sql.one(
            "SELECT id, kind, sender_device FROM message WHERE contact = ? AND incoming = 1 ORDER"
                + " BY id DESC LIMIT 1",
            r -> r.integer(2) == UNDECRYPTABLE && r.integer(3) == device ? r.number(1) : 0L,
            contact)
        .filter(id -> id != 0);
  }

  /// Counts one more undecryptable message on a row.
  ///
  /// @param acceptedAt of that one: the row stands for all until then, see [#healed]
  public void countAgain(long row, long acceptedAt) {
    sql.update(
        "UPDATE message SET times = times + 1, accepted_at = max(accepted_at, ?) WHERE id = ?",
        acceptedAt,
        row);
  }

  /// Counts a device's undecryptable messages down by one that came after all: the message before
  /// it in time stood in their place. A row that stands for none is taken away.
  public void healed(long contact, int device, long sentAt) {
    sql.update(
        "UPDATE message SET times = times - 1 WHERE id = (SELECT min(id) FROM message WHERE contact"
            + " = ? AND kind = 1 AND sender_device = ? AND accepted_at >= ?)",
        contact,
        device,
        sentAt);
    sql.update("DELETE FROM message WHERE contact = ? AND kind = 1 AND times <= 0", contact);
  }

  /// What of an own message goes into its ciphertext.
  public Optional<Body> body(long row) {
    return sql.one(
        "SELECT id, message_id, text, files, sent_at FROM message WHERE id = ?",
        r -> new Body(r.number(1), MessageId.of(r.bytes(2)), r.text(3), r.integer(4), r.number(5)),
        row);
  }

  /// The time of the newest message of a conversation that has been sent or came, and is not after
  /// a limit; 0 if there is none.
  public long newestTime(long contact, long limit) {
    return sql.number(
        "SELECT sent_at FROM message WHERE contact = ? AND sent_at <= ? AND status BETWEEN 1 AND 3"
            + " ORDER BY sent_at DESC LIMIT 1",
        contact,
        limit);
  }

  /// Fixes when a message was sent.
  public void setSentAt(long row, long sentAt) {
    if (sql.number("SELECT sent_at FROM message WHERE id = ?", row) != sentAt) {
      boolean indexed = index.forget(row);
      sql.update("UPDATE message SET sent_at = ? WHERE id = ?", sentAt, row);
      if (indexed) {
        index.put(row);
      }
    }
  }

  /// Moves an own message forward; does nothing to one that has come as far or has failed. One that
  /// was given up only because nothing was heard of it has come as far as is heard now.
  ///
  /// @return whether it moved
  public boolean advance(long row, Status status) {
    return sql.update(
            "UPDATE message SET status = ?, failure_code = NULL, failure = NULL, failure_retry = 0"
                + " WHERE id = ? AND (status < ? OR (? >= 2 AND status = 4 AND failure_code ="
                + " 'expired'))",
            Codes.of(status),
            row,
            Codes.of(status),
            Codes.of(status))
        == 1;
  }

  /// Own messages that were accepted for their recipient before a time, and of which nothing has
  /// been heard since.
  public List<Long> unconfirmed(long before, int most) {
    return sql.list(
        "SELECT id FROM message WHERE incoming = 0 AND status = 1 AND sent_at < ? AND NOT EXISTS"
            + " (SELECT 1 FROM chat_group WHERE chat_group.contact = message.contact) LIMIT ?",
        r -> r.number(1),
        before,
        most);
  }

  /// Fails an own message of which nothing has been heard.
  ///
  /// @return whether nothing has been
  public boolean giveUp(long row, Failure failure) {
    return fail(row, Status.SENT, failure);
  }

  private boolean fail(long row, Status from, Failure failure) {
    return sql.update(
            "UPDATE message SET status = ?, failure_code = ?, failure = ?, failure_retry = ? WHERE"
                + " id = ? AND status = ?",
            Codes.FAILED,
            failure.code(),
            failure.sentence(),
            failure.retryable(),
            row,
            Codes.of(from))
        == 1;
  }

  /// Notes of all messages that wait for an account why they do.
  public void allWaitFor(AccountId account, Failure failure) {
    sql.update(
        "UPDATE message SET failure_code = ?, failure = ?, failure_retry = 1 WHERE id IN (SELECT"
            + " message FROM outbox WHERE account_id = ? AND kind = 1) AND status = 0 AND"
            + " failure_code IS NOT ?",
        failure.code(),
        failure.sentence(),
        account,
        failure.code());
  }

  /// Notes that the messages of a conversation no longer wait for that.
  public void nothingLeftOf(long contact, Failure failure) {
    sql.update(
        "UPDATE message SET failure_code = NULL, failure = NULL, failure_retry = 0 WHERE id IN"
            + " (SELECT message FROM outbox WHERE contact = ?) AND status = 0 AND failure_code = ?",
        contact,
        failure.code());
  }

  /// Fails an own message that has not been sent.
  ///
  /// @return whether it was not failed before
  public boolean fail(long row, Failure failure) {
    return fail(row, Status.QUEUED, failure);
  }

  /// Queues an own message again that failed and may be retried.
  ///
  /// @return whether it was
  public boolean requeue(long row, long sentAt) {
    boolean queued =
        sql.update(
                "UPDATE message SET status = 0, failure_code = NULL, failure = NULL, failure_retry"
                    + " = 0 WHERE id = ? AND status = ? AND failure_retry = 1",
                row,
                Codes.FAILED)
            == 1;
    if (queued) {
      setSentAt(row, sentAt);
    }
    return queued;
  }

  /// Notes why a queued message still waits.
  public void waitsFor(long row, Failure failure) {
    sql.update(
        "UPDATE message SET failure_code = ?, failure = ?, failure_retry = 1 WHERE id = ? AND"
            + " status = 0",
        failure.code(),
        failure.sentence(),
        row);
  }

  /// The state of a row.
  public Optional<State> state(long row) {
    return sql.one(
        "SELECT id, contact, message_id, status FROM message WHERE id = ?", Messages::state, row);
  }

  /// An own message to a contact.
  public Optional<State> outgoing(long contact, MessageId messageId) {
    return sql.one(
        "SELECT id, contact, message_id, status FROM message WHERE message_id = ? AND contact = ?"
            + " AND incoming = 0",
        Messages::state,
        messageId.bytes(),
        contact);
  }

  /// An own message to a group, by its id alone: who confirms it does not say which group.
  public Optional<State> outgoingToGroup(MessageId messageId) {
    return sql.one(
        "SELECT id, contact, message_id, status FROM message WHERE message_id = ? AND incoming = 0"
            + " AND contact IN (SELECT contact FROM chat_group)",
        Messages::state,
        messageId.bytes());
  }

  /// The unread messages of a group that can be shown, oldest first, by who sent them.
  public Map<AccountId, List<MessageId>> unreadBySender(long contact) {
    record Sent(AccountId sender, MessageId id) {}
    Map<AccountId, List<MessageId>> all = new LinkedHashMap<>();
    sql.list(
            "SELECT sender, message_id FROM message WHERE contact = ? AND incoming = 1 AND status < "
                + READ
                + " AND kind <> 1 AND sender IS NOT NULL ORDER BY id",
            r -> new Sent(new AccountId(r.bytes(1)), MessageId.of(r.bytes(2))),
            contact)
        .forEach(sent -> all.computeIfAbsent(sent.sender(), _ -> new ArrayList<>()).add(sent.id()));
    return all;
  }

  /// Marks all incoming messages of a conversation read.
  ///
  /// @return the ids of those that can be shown, oldest first
  public List<MessageId> markRead(long contact) {
    List<MessageId> ids =
        sql.list(
            "SELECT message_id, kind FROM message WHERE contact = ? AND incoming = 1 AND status < "
                + READ
                + " AND kind <> 1 ORDER BY id",
            r -> MessageId.of(r.bytes(1)),
            contact);
    sql.update(
        "UPDATE message SET status = "
            + READ
            + " WHERE contact = ? AND incoming = 1 AND status < "
            + READ,
        contact);
    return ids;
  }

  /// How many messages of a conversation are here.
  public long count(long contact) {
    return sql.number("SELECT count(*) FROM message WHERE contact = ?", contact);
  }

  /// How many incoming messages of a conversation are not read.
  public int unread(long contact) {
    return (int)
        sql.number(
            "SELECT count(*) FROM message WHERE contact = ? AND incoming = 1 AND status < " + READ,
            contact);
  }

  /// A message by row.
  public MessageView view(long row) {
    return shownViews(sql.list(VIEW + "WHERE m.id = ?", this::view, row)).getFirst();
  }

  /// The rows with a wire id, an own one first.
  public List<Long> rows(MessageId id) {
    return sql.list(
        "SELECT id FROM message WHERE message_id = ? ORDER BY incoming",
        r -> r.number(1),
        id.bytes());
  }

  /// The row of an own message with a wire id.
  public Optional<Long> ownRow(MessageId id) {
    return sql.one(
        "SELECT id FROM message WHERE message_id = ? AND incoming = 0",
        r -> r.number(1),
        id.bytes());
  }

  /// Messages by wire id: an own one first.
  public Optional<MessageView> find(MessageId id) {
    return shownViews(
            sql.list(VIEW + "WHERE m.message_id = ? ORDER BY m.incoming", this::view, id.bytes()))
        .stream()
        .findFirst();
  }

  /// The newest messages of a conversation, oldest first.
  public List<MessageView> newest(long contact, int limit) {
    return shownViews(
            sql.list(
                VIEW + "WHERE m.contact = ? ORDER BY m.sent_at DESC, m.message_id DESC LIMIT ?",
                this::view,
                contact,
                limit))
        .reversed();
  }

  /// The newest messages of a conversation before a place, oldest first.
  public List<MessageView> before(long contact, MessageView.Place place, int limit) {
    return shownViews(
            sql.list(
                VIEW
                    + "WHERE m.contact = ? AND (m.sent_at, m.message_id) < (?, ?) ORDER BY"
                    + " m.sent_at DESC, m.message_id DESC LIMIT ?",
                this::view,
                contact,
                place.sentAtMillis(),
                place.id().bytes(),
                limit))
        .reversed();
  }

  /// Messages by row, in this order; those that are gone are left out.
  public List<MessageView> views(List<Long> rows) {
    List<Shown> shown = new ArrayList<>(rows.size());
    for (long row : rows) {
      sql.one(VIEW + "WHERE m.id = ?", this::view, row).ifPresent(shown::add);
    }
    return shownViews(shown);
  }

  /// The conversations that have messages, newest first, by contact row.
  public List<Long> conversations() {
    return sql.list(
        "SELECT contact, max(sent_at) FROM message GROUP BY contact ORDER BY 2 DESC, 1",
        r -> r.number(1));
  }

  private record Shown(long row, int files, MessageView view) {}

  private List<MessageView> shownViews(List<Shown> rows) {
    List<MessageView> views = new ArrayList<>(rows.size());
    for (Shown shown : rows) {
      views.add(shown.files() == 0 ? shown.view() : withFiles(shown));
    }
    return views;
  }

  private MessageView withFiles(Shown shown) {
    MessageView v = shown.view();
    List<FileView> files =
        sql.list(
            "SELECT place, name, media_type, size, sha256, width, height, preview FROM attachment"
                + " WHERE message = ? ORDER BY place",
            r ->
                new FileView(
                    v.id(),
                    r.integer(1),
                    r.text(2),
                    r.text(3),
                    r.number(4),
                    HexFormat.of().formatHex(r.bytes(5)),
                    Attached.picture(r, 6)),
            shown.row());
    return new MessageView(
        v.id(),
        v.kind(),
        v.incoming(),
        v.from(),
        v.to(),
        v.text(),
        files,
        v.sentAt(),
        v.status(),
        v.failure(),
        v.place());
  }

  private Shown view(Row r) throws SQLException {
    MessageId id = MessageId.of(r.bytes(2));
    boolean incoming = r.flag(4);
    Contact self = self();
    Optional<GroupId> group = r.optionalBytes(22).map(GroupId::new);
    Contact peer =
        group.isPresent()
            ? Contact.ofGroup(group.get(), r.text(23), r.flag(15))
            : person(r, r.account(12), 13);
    Contact from = incoming ? r.account(17).map(a -> sender(r, a)).orElse(peer) : self;
    Optional<Failure> failure =
        r.optionalText(8).isEmpty()
            ? Optional.empty()
            : Optional.of(new Failure(r.text(8), r.text(9), r.flag(10)));
    return new Shown(
        r.number(1),
        r.integer(11),
        new MessageView(
            id,
            Codes.messageKind(r.integer(3)),
            incoming,
            from,
            incoming && group.isEmpty() ? self : peer,
            r.text(5),
            List.of(),
            Instant.ofEpochMilli(r.number(6)),
            Codes.status(r.integer(7)),
            failure,
            new MessageView.Place(r.number(6), id)));
  }

  private static Contact person(Row r, Optional<AccountId> account, int from) throws SQLException {
    return new Contact(
        r.optionalText(from).map(Username::new),
        account,
        Codes.verification(r.integer(from + 1)),
        r.flag(from + 2),
        r.flag(from + 3));
  }

  private static Contact sender(Row r, AccountId account) {
    try {
      return person(r, Optional.of(account), 18);
    } catch (SQLException e) {
      throw StorageFaults.of(e);
    }
  }

  /// What stands for messages of a conversation that are not here and cannot be shown.
  ///
  /// @param place where they begin
  /// @param why how many they are, and why
  public MessageView gap(Contact peer, MessageView.Place place, Failure why) {
    return new MessageView(
        place.id(),
        MessageView.Kind.ARCHIVED,
        true,
        peer,
        self(),
        "",
        List.of(),
        Instant.ofEpochMilli(place.sentAtMillis()),
        Status.READ,
        Optional.of(why),
        place);
  }

  private Contact self() {
    return new Contact(
        settings.text("username").map(Username::new),
        settings.bytes("account_id").map(AccountId::new),
        Verification.VERIFIED,
        true,
        false);
  }

  private static State state(Row r) throws SQLException {
    return new State(
        r.number(1), r.number(2), MessageId.of(r.bytes(3)), Codes.status(r.integer(4)));
  }
}
