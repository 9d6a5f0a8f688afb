package sotto.client.internal.store;

import java.util.List;
import java.util.Optional;
import sotto.chain.Bytes;
import sotto.client.MessageId;

/// How far history is on its way to new devices, and what of it is on its way here.
public final class HistoryRows {
  /// The place of a message among all, in the order in which they go.
  ///
  /// @param contact the conversation
  /// @param sentAt when it was sent
  /// @param id its id
  /// @param incoming whether the peer wrote it
  public record Cursor(long contact, long sentAt, MessageId id, boolean incoming) {
    /// Before the first of a conversation.
    public static Cursor before(long contact) {
      return new Cursor(contact, -1, MessageId.of(new byte[MessageId.LENGTH]), false);
    }
  }

  /// History that goes to a device.
  ///
  /// @param device the device
  /// @param cursor the last message that went
  /// @param done how many went
  /// @param total how many there were when it began
  public record Out(int device, Cursor cursor, long done, long total) {}

  /// A part that is to come.
  ///
  /// @param segmentId what its key is derived for
  /// @param blobId where it is
  /// @param size the blob's size
  /// @param messages how many it has
  /// @param archived whether it is the archive's, of which only index and newest message come
  public record Part(Bytes segmentId, Bytes blobId, long size, int messages, boolean archived) {}

  private static final int WANTED = 0;
  private static final int DONE = 1;
  private static final int LOST = 2;

  private static final String TOTAL = "history_total/";
  private static final String ENDED = "history_ended/";

  private final Sql sql;
  private final Settings settings;

  HistoryRows(Sql sql, Settings settings) {
    this.sql = sql;
    this.settings = settings;
  }

  /// Begins to give history to a device; once only.
  public void begin(int device, long total) {
    sql.update(
        "INSERT OR IGNORE INTO history_out(device, contact, sent_at, message_id, incoming, done,"
            + " total, finished) VALUES(?, 0, -1, ?, 0, 0, ?, 0)",
        device,
        new byte[MessageId.LENGTH],
        total);
  }

  /// Where history is to go, the oldest first.
  public List<Out> goingOut() {
    return sql.list(
        "SELECT device, contact, sent_at, message_id, incoming, done, total FROM history_out WHERE"
            + " finished = 0 ORDER BY device",
        r ->
            new Out(
                r.integer(1),
                new Cursor(r.number(2), r.number(3), MessageId.of(r.bytes(4)), r.flag(5)),
                r.number(6),
                r.number(7)));
  }

  /// A part has gone.
  public void went(int device, Cursor last, int messages) {
    sql.update(
        "UPDATE history_out SET contact = ?, sent_at = ?, message_id = ?, incoming = ?, done = done"
            + " + ? WHERE device = ?",
        last.contact(),
        last.sentAt(),
        last.id().bytes(),
        last.incoming(),
        messages,
        device);
  }

  /// All has gone, or the device is no more.
  public void finish(int device) {
    sql.update("UPDATE history_out SET finished = 1 WHERE device = ?", device);
  }

  /// The next conversation with messages.
  public Optional<Long> conversationAfter(long contact) {
    return sql.one(
        "SELECT id FROM contact WHERE id > ? AND "
            + OtherEnds.NAMED
            + " AND EXISTS (SELECT 1 FROM message WHERE contact = contact.id) ORDER BY id LIMIT 1",
        r -> r.number(1),
        contact);
  }

  /// How many messages there are to give.
  public long count() {
    return sql.number(
        "SELECT count(*) FROM message WHERE kind <> 1 AND status <> 0 AND contact IN (SELECT id FROM"
            + " contact WHERE "
            + OtherEnds.NAMED
            + ")");
  }

  /// Another device says how many messages will come.
  public void announced(int sender, long total) {
    settings.put(TOTAL + sender, total);
  }

  /// Another device says that it has given all.
  public void ended(int sender) {
    settings.put(ENDED + sender, 1);
  }

  /// Wants a part; once only.
  public void want(int sender, Part part) {
    sql.update(
        "INSERT OR IGNORE INTO history_in(segment_id, sender, blob_id, size, messages, state,"
            + " archived) VALUES(?, ?, ?, ?, ?, 0, ?)",
        part.segmentId().toArray(),
        sender,
        part.blobId().toArray(),
        part.size(),
        part.messages(),
        part.archived());
  }

  /// A part that has not come.
  public Optional<Part> wanted() {
    return sql.one(
        "SELECT segment_id, blob_id, size, messages, archived FROM history_in WHERE state = ? ORDER"
            + " BY archived, segment_id LIMIT 1",
        r ->
            new Part(
                Bytes.of(r.bytes(1)), Bytes.of(r.bytes(2)), r.number(3), r.integer(4), r.flag(5)),
        WANTED);
  }

  /// A part is here, or never will be.
  public void settle(Part part, boolean came) {
    sql.update(
        "UPDATE history_in SET state = ? WHERE segment_id = ?",
        came ? DONE : LOST,
        part.segmentId().toArray());
  }

  /// How many messages of parts are in the store.
  public long received() {
    return messagesIn(DONE);
  }

  /// How many messages of parts are lost.
  public long lost() {
    return messagesIn(LOST);
  }

  private long messagesIn(int state) {
    return sql.number(
        "SELECT total(messages) FROM history_in WHERE state = ? AND archived = 0", state);
  }

  /// How many messages are to come in all, as far as was said.
  public long expected() {
    return sql
        .list("SELECT name FROM setting WHERE name LIKE 'history_total/%'", r -> r.text(1))
        .stream()
        .mapToLong(name -> settings.number(name).orElse(0L))
        .sum();
  }

  /// Whether every device that promised history has said that it has given all, and all of it is
  /// settled.
  public boolean complete() {
    long promised = sql.number("SELECT count(*) FROM setting WHERE name LIKE 'history_total/%'");
    long ended = sql.number("SELECT count(*) FROM setting WHERE name LIKE 'history_ended/%'");
    return ended >= promised && wanted().isEmpty();
  }

  /// How many messages went and are to go, to all devices.
  public long[] going() {
    return sql.one(
            "SELECT total(done), total(max(total, done)) FROM history_out WHERE finished = 0",
            r -> new long[] {r.number(1), r.number(2)})
        .orElseGet(() -> new long[] {0, 0});
  }
}
