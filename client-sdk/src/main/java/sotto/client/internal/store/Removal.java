package sotto.client.internal.store;

import java.util.List;

/// Takes messages away for good. Records that keep a message from coming twice stay (protocol R1).
public final class Removal {
  // Older rows do not say when they were accepted.
  private static final String CAME = "CASE accepted_at WHEN 0 THEN sent_at ELSE accepted_at END";

  private static final List<String> OF_MESSAGE =
      List.of("attachment", "wanted_file", "outbox", "group_outbox", "group_sent", "group_receipt");

  private final Sql sql;
  private final SearchIndex index;

  Removal(Sql sql, SearchIndex index) {
    this.sql = sql;
    this.index = index;
  }

  /// How far a conversation reaches: what is deleted of it elsewhere.
  ///
  /// @param cameUntil when the server accepted the newest that came, milliseconds since 1970
  /// @param sentUntil when the newest that has left was sent
  public record Extent(long cameUntil, long sentUntil) {}

  /// A conversation that was deleted elsewhere.
  public record Noted(long contact, Extent extent) {}

  /// How far a conversation reaches now.
  public Extent extent(long contact) {
    return new Extent(
        sql.number(
            "SELECT coalesce(max(" + CAME + "), 0) FROM message WHERE contact = ? AND incoming = 1",
            contact),
        sql.number(
            "SELECT coalesce(max(sent_at), 0) FROM message WHERE contact = ? AND incoming = 0 AND"
                + " status BETWEEN 1 AND 3",
            contact));
  }

  /// Notes that a conversation was deleted elsewhere.
  public void note(long contact, Extent extent) {
    sql.update(
        "INSERT INTO deletion(contact, came_until, sent_until) VALUES(?, ?, ?) ON CONFLICT(contact)"
            + " DO UPDATE SET came_until = max(came_until, excluded.came_until),"
            + " sent_until = max(sent_until, excluded.sent_until)",
        contact,
        extent.cameUntil(),
        extent.sentUntil());
  }

  /// What is noted.
  public List<Noted> noted() {
    return sql.list(
        "SELECT contact, came_until, sent_until FROM deletion",
        r -> new Noted(r.number(1), new Extent(r.number(2), r.number(3))));
  }

  /// Takes some of what is noted away. What has not been sent stays.
  ///
  /// @return how many went
  public int noted(Noted noted, int most) {
    return remove(
        sql.list(
            "SELECT id FROM message WHERE contact = ? AND ((incoming = 1 AND "
                + CAME
                + " <= ?) OR (incoming = 0 AND sent_at <= ? AND status BETWEEN 1 AND 3)) AND id NOT IN"
                + " (SELECT message FROM outbox) LIMIT ?",
            r -> r.number(1),
            noted.contact(),
            noted.extent().cameUntil(),
            noted.extent().sentUntil(),
            most));
  }

  /// It is done, unless more was noted since.
  public void done(Noted noted) {
    sql.update(
        "DELETE FROM deletion WHERE contact = ? AND came_until = ? AND sent_until = ?",
        noted.contact(),
        noted.extent().cameUntil(),
        noted.extent().sentUntil());
  }

  /// The newest row of a conversation, by arrival.
  public long newest(long contact) {
    return sql.number("SELECT max(id) FROM message WHERE contact = ?", contact);
  }

  /// The messages of a conversation whose files are on their way to the server.
  public List<Long> uploading(long contact) {
    return sql.list(
        "SELECT DISTINCT message FROM attachment WHERE blob_id IS NULL AND message IN (SELECT id"
            + " FROM message WHERE contact = ?)",
        r -> r.number(1),
        contact);
  }

  /// Takes some messages of a conversation away, whatever waits to be sent of them too.
  ///
  /// @param last leaves out rows after it
  /// @return how many went
  public int conversation(long contact, long last, int most) {
    return remove(
        sql.list(
            "SELECT id FROM message WHERE contact = ? AND id <= ? LIMIT ?",
            r -> r.number(1),
            contact,
            last,
            most));
  }

  /// Takes some messages that are older than a time away. What is archived, or on its way there,
  /// and what has not been sent stays.
  ///
  /// @param before milliseconds since 1970
  /// @return how many went
  public int olderThan(long before, int most) {
    return remove(
        sql.list(
            "SELECT id FROM message WHERE search_key > 0 AND search_key < ? AND segment = 0 AND NOT"
                + " (incoming = 0 AND status = 0) AND id NOT IN (SELECT message FROM outbox) LIMIT ?",
            r -> r.number(1),
            SearchIndex.firstKey(before),
            most));
  }

  private int remove(List<Long> rows) {
    for (long row : rows) {
      index.forget(row);
      for (String table : OF_MESSAGE) {
        sql.update("DELETE FROM " + table + " WHERE message = ?", row);
      }
      sql.update("DELETE FROM message WHERE id = ?", row);
    }
    return rows.size();
  }
}
