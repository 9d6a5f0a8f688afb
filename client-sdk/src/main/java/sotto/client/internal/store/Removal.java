package sotto.client.internal.store;

import java.util.List;

/// Takes messages away for good. Records that keep a message from coming twice stay (protocol R1).
public final class Removal {
  private final Sql sql;
  private final SearchIndex index;

  Removal(Sql sql, SearchIndex index) {
    this.sql = sql;
    this.index = index;
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
      for (String table : List.of("attachment", "wanted_file", "outbox")) {
        sql.update("DELETE FROM " + table + " WHERE message = ?", row);
      }
      sql.update("DELETE FROM message WHERE id = ?", row);
    }
    return rows.size();
  }
}
