package sotto.client.internal.store;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import sotto.chain.Bytes;
import sotto.client.MessageId;
import sotto.client.MessageView.Place;
import sotto.client.Status;

/// The segments of the archive: where each is on its way, and which messages are in it.
public final class Segments {
  /// How much of a message id says, with few errors, in which segment it may be.
  private static final int ID_PREFIX = 4;

  private static final int MAX_RECEIPTS = 10_000;

  private static final String ROWS =
      "SELECT id, contact, peer, segment_id, state, first_at, first_id, last_at, last_id, count,"
          + " size, sha256, upload_id, blob_id, cached FROM archive_segment ";

  private static final String AWAY = "state = 3 AND cached = 0 ";

  private final Sql sql;

  Segments(Sql sql) {
    this.sql = sql;
  }

  /// Adds one whose messages were chosen.
  ///
  /// @return its row
  public long add(
      long contact, Bytes peer, Bytes segmentId, Bytes uploadId, List<ArchivedMessage> all) {
    return sql.insert(
        "INSERT INTO archive_segment(contact, peer, segment_id, state, first_at, first_id, last_at,"
            + " last_id, count, size, sha256, upload_id, ids) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, 0,"
            + " x'', ?, ?)",
        contact,
        peer,
        segmentId.toArray(),
        Codes.of(SegmentState.CHOSEN),
        all.getFirst().sentAt(),
        all.getFirst().id().bytes(),
        all.getLast().sentAt(),
        all.getLast().id().bytes(),
        all.size(),
        uploadId.toArray(),
        prefixes(all));
  }

  private static byte[] prefixes(List<ArchivedMessage> messages) {
    byte[] ids = new byte[ID_PREFIX * messages.size()];
    for (int i = 0; i < messages.size(); i++) {
      System.arraycopy(messages.get(i).id().bytes(), 0, ids, ID_PREFIX * i, ID_PREFIX);
    }
    return ids;
  }

  /// Notes that a segment's ciphertext is in the home.
  public void prepared(long id, long size, Bytes sha256) {
    sql.update(
        "UPDATE archive_segment SET state = ?, size = ?, sha256 = ? WHERE id = ? AND state = ?",
        Codes.of(SegmentState.PREPARED),
        size,
        sha256.toArray(),
        id,
        Codes.of(SegmentState.CHOSEN));
  }

  /// Notes that a segment is at the server.
  public void uploaded(long id, Bytes blobId) {
    sql.update(
        "UPDATE archive_segment SET state = ?, blob_id = ? WHERE id = ? AND state = ?",
        Codes.of(SegmentState.UPLOADED),
        blobId.toArray(),
        id,
        Codes.of(SegmentState.PREPARED));
  }

  /// Notes that a segment is all that is needed of its messages.
  ///
  /// @return whether it was not before
  public boolean moved(long id) {
    return sql.update(
            "UPDATE archive_segment SET state = ?, cached = 0 WHERE id = ? AND state = ?",
            Codes.of(SegmentState.MOVED),
            id,
            Codes.of(SegmentState.UPLOADED))
        == 1;
  }

  /// Adds one that another device made.
  ///
  /// @return its row
  public long adopt(
      long contact,
      Bytes peer,
      Bytes segmentId,
      Bytes blobId,
      long size,
      List<ArchivedMessage> all) {
    long id = add(contact, peer, segmentId, Bytes.of(new byte[0]), all);
    sql.update(
        "UPDATE archive_segment SET state = ?, size = ?, blob_id = ? WHERE id = ?",
        Codes.of(SegmentState.MOVED),
        size,
        blobId.toArray(),
        id);
    return id;
  }

  /// Notes that a segment's messages are in the message table for good.
  public void returned(long id) {
    sql.update(
        "UPDATE archive_segment SET state = ?, cached = 0 WHERE id = ?",
        Codes.of(SegmentState.RETURNED),
        id);
  }

  /// Takes a conversation's segments out of history; their blobs are to be deleted. Their words
  /// stay in the index of words: without their messages they cannot be taken out, and lead nowhere.
  ///
  /// @return their rows
  public List<Long> forget(long contact) {
    List<Long> all =
        sql.list(
            "SELECT id FROM archive_segment WHERE contact = ? AND state = 3",
            r -> r.number(1),
            contact);
    all.forEach(this::returned);
    sql.update("DELETE FROM archive_receipt WHERE contact = ?", contact);
    sql.update("UPDATE message SET segment = 0 WHERE contact = ?", contact);
    return all;
  }

  /// Notes that copies of all messages of a segment are in the message table, or no longer.
  public void setCached(long id, boolean cached) {
    sql.update("UPDATE archive_segment SET cached = ? WHERE id = ?", cached, id);
  }

  /// Forgets a segment.
  public void remove(long id) {
    sql.update("DELETE FROM archive_segment WHERE id = ?", id);
  }

  /// A segment.
  public Optional<SegmentRow> find(long id) {
    return sql.one(ROWS + "WHERE id = ?", Segments::row, id);
  }

  /// Whether there is a segment by this id already.
  public boolean has(Bytes segmentId) {
    return sql.number(
            "SELECT count(*) FROM archive_segment WHERE segment_id = ?", segmentId.toArray())
        > 0;
  }

  /// The segments in a state, in the order in which they were made.
  public List<SegmentRow> in(SegmentState state) {
    return sql.list(ROWS + "WHERE state = ? ORDER BY id", Segments::row, Codes.of(state));
  }

  /// The segments whose messages are in the message table as copies.
  public List<Long> cached() {
    return sql.list(
        "SELECT id FROM archive_segment WHERE cached = 1 AND state = 3 ORDER BY last_at",
        r -> r.number(1));
  }

  /// The segments of a conversation that are not here and begin before a place, the one that ends
  /// last first.
  public List<SegmentRow> awayBefore(long contact, Place place) {
    return sql.list(
        ROWS
            + "WHERE contact = ? AND (first_at, first_id) < (?, ?) AND "
            + AWAY
            + "ORDER BY last_at DESC, last_id DESC",
        Segments::row,
        contact,
        place.sentAtMillis(),
        place.id().bytes());
  }

  /// The segments of a conversation that are not here, the one that ends last first.
  public List<SegmentRow> away(long contact) {
    return sql.list(
        ROWS + "WHERE contact = ? AND " + AWAY + "ORDER BY last_at DESC, last_id DESC",
        Segments::row,
        contact);
  }

  /// The segments of a conversation that are here as copies and meet a stretch of it.
  public List<Long> cachedBetween(long contact, long from, long until) {
    return sql.list(
        "SELECT id FROM archive_segment WHERE contact = ? AND cached = 1 AND state = 3 AND first_at"
            + " <= ? AND last_at >= ?",
        r -> r.number(1),
        contact,
        until,
        from);
  }

  /// The segments that are not here and may have what is looked for, the one that ends last first.
  ///
  /// @param match see [ArchiveWords#match]
  public List<SegmentRow> awayWith(ArchiveWords.Match match, Search search) {
    return sql.list(
        ROWS
            + "WHERE "
            + AWAY
            + "AND first_at < ? AND last_at >= ? AND (? = 0 OR contact = ?) AND CASE words WHEN 1"
            + " THEN (? = '' OR id IN (SELECT rowid FROM archive_words WHERE archive_words MATCH"
            + " ?)) WHEN 2 THEN 1 ELSE (? = '' OR id IN (SELECT rowid FROM archive_text WHERE archive_text MATCH"
            + " ?)) END ORDER BY last_at DESC, last_id DESC, id DESC",
        Segments::row,
        search.sought().end(),
        search.sought().first(),
        search.contact().orElse(0L),
        search.contact().orElse(0L),
        match.now(),
        match.now(),
        match.before(),
        match.before());
  }

  /// The segments that are not here and may have a message.
  public List<SegmentRow> awayWith(MessageId id) {
    return sql.list(
        ROWS + "WHERE " + AWAY + "AND instr(ids, ?) > 0 ORDER BY id DESC",
        Segments::row,
        prefix(id));
  }

  private static byte[] prefix(MessageId id) {
    return Arrays.copyOf(id.bytes(), ID_PREFIX);
  }

  /// Keeps a receipt for an own message that may be in a segment, until that comes back. A peer
  /// cannot fill the store with them.
  public void keepReceipt(long contact, MessageId message, Status status) {
    if (sql.number(
                "SELECT count(*) FROM archive_segment WHERE contact = ? AND state = 3 AND"
                    + " instr(ids, ?) > 0",
                contact,
                prefix(message))
            == 0
        || sql.number("SELECT count(*) FROM archive_receipt WHERE contact = ?", contact)
            >= MAX_RECEIPTS) {
      return;
    }
    sql.update(
        "INSERT INTO archive_receipt(contact, message_id, status) VALUES(?, ?, ?) ON"
            + " CONFLICT(contact, message_id) DO UPDATE SET status = max(status, excluded.status)",
        contact,
        message.bytes(),
        Codes.of(status));
  }

  /// How many segments are in the archive.
  public int count() {
    return (int) sql.number("SELECT count(*) FROM archive_segment WHERE state = 3");
  }

  /// How many messages they have; one that is in two segments counts twice.
  public long messages() {
    return sql.number("SELECT sum(count) FROM archive_segment WHERE state = 3");
  }

  /// The bytes of their blobs.
  public long bytes() {
    return sql.number("SELECT sum(size) FROM archive_segment WHERE state = 3");
  }

  private static SegmentRow row(Row r) throws SQLException {
    return new SegmentRow(
        r.number(1),
        r.number(2),
        Bytes.of(r.bytes(3)),
        Bytes.of(r.bytes(4)),
        Codes.segmentState(r.integer(5)),
        new Place(r.number(6), MessageId.of(r.bytes(7))),
        new Place(r.number(8), MessageId.of(r.bytes(9))),
        r.integer(10),
        r.number(11),
        Bytes.of(r.bytes(12)),
        Bytes.of(r.bytes(13)),
        r.optionalBytes(14).map(Bytes::of),
        r.flag(15));
  }
}
