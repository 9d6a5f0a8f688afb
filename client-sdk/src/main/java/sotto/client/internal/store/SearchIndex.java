package sotto.client.internal.store;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sotto.client.internal.search.Phrase;
import sotto.client.internal.search.Sought;
import sotto.client.internal.search.Terms;

/// Which words are in which message.
///
/// Each message is a document whose number, the column `search_key`, grows with the time at which
/// it was sent: `(milliseconds + 1) << 3 | place among those of the same millisecond`. So the
/// newest messages with a frequent word are the end of its list, and nothing has to be sorted. A
/// document has terms for its conversation and its author, and one before the name of each file;
/// they begin with a character that no text can bring in (U+E000).
///
/// The index holds no text: a row is taken out with the same terms that were put in, so [#forget]
/// comes before a change, and [#put] after it if it was in it.
///
/// **What is new waits** until several are put into it in one transaction ([#later], [#catchUp]):
/// SQLite writes a piece of the index anew for each transaction that changes it, which is more than
/// the message itself.
public final class SearchIndex {
  /// Changes when the same text would give other terms.
  private static final String RULES = "1 " + Runtime.version().feature();

  private static final String RULES_SETTING = "search_rules";

  static final String MARK = "\ue000";
  private static final String FILE = MARK + "f";
  private static final long OWN = 0;

  private static final int PLACE_BITS = 3;
  private static final int PLACES = 1 << PLACE_BITS;
  private static final long MAX_MILLIS = (1L << 43) - 1;
  private static final long LAST_KEY = Long.MAX_VALUE;

  private static final int LOOKED_AT = 1000;
  private static final int TIDY_PAGES = 64;

  private static final String ENTRIES =
      "SELECT id, search_key, contact, incoming, kind, text, files, sent_at FROM message ";

  private record Entry(
      long row,
      long key,
      long contact,
      boolean incoming,
      int kind,
      String text,
      int files,
      long sentAt) {
    boolean shown() {
      return kind == 0;
    }
  }

  private final Sql sql;
  private Runnable onLater = () -> {};

  SearchIndex(Sql sql, Settings settings) {
    this.sql = sql;
    if (!settings.text(RULES_SETTING).equals(Optional.of(RULES))) {
      startAnew(settings);
    }
  }

  private void startAnew(Settings settings) {
    sql.run("SAVEPOINT rules");
    if (settings.text(RULES_SETTING).isPresent()) {
      sql.update("INSERT INTO message_words(message_words) VALUES('delete-all')");
      sql.update("UPDATE message SET search_key = NULL WHERE search_key IS NOT NULL");
    }
    settings.put(RULES_SETTING, RULES);
    sql.run("RELEASE rules");
  }

  /// The term of all messages of a conversation.
  public static Phrase in(long contact) {
    return Phrase.exactly(MARK + "c" + contact);
  }

  /// The term of all messages that a contact wrote.
  public static Phrase from(long contact) {
    return Phrase.exactly(MARK + "a" + contact);
  }

  /// The term of all own messages.
  public static Phrase own() {
    return from(OWN);
  }

  /// The term of all messages with files.
  public static Phrase withFiles() {
    return Phrase.exactly(FILE);
  }

  /// Has something run when a message is there that is not in it; on the lane, in a transaction.
  public void onLater(Runnable action) {
    onLater = action;
  }

  /// There is a new message, to be put into it later.
  void later() {
    onLater.run();
  }

  /// How many messages are not in the index yet: the newest, or those of an older version of the
  /// store.
  public long behind() {
    return sql.number("SELECT count(*) FROM message WHERE search_key IS NULL");
  }

  /// Puts some of them into it, the newest first.
  ///
  /// @return whether there was any
  public boolean catchUp(int most) {
    List<Long> rows =
        sql.list(
            "SELECT id FROM message WHERE search_key IS NULL ORDER BY id DESC LIMIT ?",
            r -> r.number(1),
            most);
    rows.forEach(this::put);
    return !rows.isEmpty();
  }

  /// Puts a message into the index that is not in it.
  void put(long row) {
    entry(row)
        .filter(e -> e.key() == 0)
        .ifPresent(e -> {
          long key = freeKey(e);
          List<String> terms = terms(e);
          sql.update("UPDATE message SET search_key = ? WHERE id = ?", key, row);
          if (!terms.isEmpty()) {
            sql.update("INSERT INTO message_words(rowid, words) VALUES(?, ?)", key, joined(terms));
          }
        });
  }

  /// Takes a message out of it, before it changes or goes.
  ///
  /// @return whether it was in it
  boolean forget(long row) {
    Optional<Entry> entry = entry(row).filter(e -> e.key() != 0);
    entry.ifPresent(e -> {
      List<String> terms = terms(e);
      if (!terms.isEmpty()) {
        sql.update(
            "INSERT INTO message_words(message_words, rowid, words) VALUES('delete', ?, ?)",
            e.key(),
            joined(terms));
      }
      sql.update("UPDATE message SET search_key = NULL WHERE id = ?", row);
    });
    return entry.isPresent();
  }

  private static String joined(List<String> terms) {
    return String.join(" ", terms);
  }

  private Optional<Entry> entry(long row) {
    return sql.one(ENTRIES + "WHERE id = ?", SearchIndex::entry, row);
  }

  private static Entry entry(Row r) throws SQLException {
    return new Entry(
        r.number(1),
        r.number(2),
        r.number(3),
        r.flag(4),
        r.integer(5),
        r.text(6),
        r.integer(7),
        r.number(8));
  }

  private List<String> terms(Entry e) {
    if (!e.shown()) {
      return List.of();
    }
    List<String> terms = new ArrayList<>();
    terms.addAll(in(e.contact()).terms());
    terms.addAll(from(e.incoming() ? e.contact() : OWN).terms());
    terms.addAll(Terms.of(e.text()));
    if (e.files() > 0) {
      sql.list(
              "SELECT name FROM attachment WHERE message = ? ORDER BY place",
              r -> r.text(1),
              e.row())
          .forEach(name -> addFile(terms, name));
    }
    return terms;
  }

  /// What a text and the names of its files are in a document without a conversation.
  static List<String> terms(String text, List<String> files) {
    List<String> terms = new ArrayList<>(Terms.of(text));
    files.forEach(name -> addFile(terms, name));
    return terms;
  }

  private static void addFile(List<String> terms, String name) {
    terms.add(FILE);
    terms.addAll(Terms.of(name));
  }

  /// The smallest key of messages of a time.
  static long firstKey(long millis) {
    return (Math.clamp(millis, 0, MAX_MILLIS) + 1) << PLACE_BITS;
  }

  /// The next place of the message's millisecond. Where all are taken, one a little later: no
  /// person writes so fast, and a hostile sender only stands in his own way.
  private long freeKey(Entry e) {
    long first = firstKey(e.sentAt());
    long last = newestKey(first, first + PLACES - 1);
    if (last == 0) {
      return first;
    }
    if (last < first + PLACES - 1) {
      return last + 1;
    }
    long scattered = e.row() * 0x9e3779b97f4a7c15L;
    for (int bits = PLACE_BITS; ; bits++) {
      long key = first + PLACES + (scattered >>> (Long.SIZE - bits));
      if (newestKey(key, key) == 0) {
        return key;
      }
    }
  }

  private long newestKey(long from, long until) {
    return sql.number(
        "SELECT max(search_key) FROM message WHERE search_key BETWEEN ? AND ?", from, until);
  }

  /// The newest messages that have all that is looked for, by row, the newest first; a few more
  /// than asked for where several are of one millisecond.
  public List<Long> newest(Sought sought, int limit) {
    if (sought.dense()) {
      List<Entry> newest = newestEntries(sought, LOOKED_AT);
      List<Entry> found =
          newest.stream().filter(Entry::shown).filter(e -> sought.in(terms(e))).toList();
      if (found.size() >= limit || newest.size() < LOOKED_AT) {
        return cut(found, limit);
      }
    }
    return matched(sought, limit);
  }

  private List<Entry> newestEntries(Sought sought, int most) {
    return sql.list(
        ENTRIES + "WHERE search_key BETWEEN ? AND ? ORDER BY search_key DESC LIMIT ?",
        SearchIndex::entry,
        firstKey(sought.first()),
        lastKey(sought),
        most);
  }

  private static long lastKey(Sought sought) {
    return sought.end() > MAX_MILLIS ? LAST_KEY : firstKey(sought.end()) - 1;
  }

  private static List<Long> cut(List<Entry> found, int limit) {
    int end = Math.min(limit, found.size());
    while (end > 0
        && end < found.size()
        && instant(found.get(end).key()) == instant(found.get(end - 1).key())) {
      end++;
    }
    return found.subList(0, end).stream().map(Entry::row).toList();
  }

  private static long instant(long key) {
    return key >> PLACE_BITS;
  }

  private List<Long> matched(Sought sought, int limit) {
    long first = firstKey(sought.first());
    List<Long> keys = new ArrayList<>(keys(sought, first, lastKey(sought), limit));
    if (keys.size() == limit) {
      long oldest = keys.getLast();
      keys.addAll(keys(sought, instant(oldest) << PLACE_BITS, oldest - 1, PLACES));
    }
    return keys.stream().flatMap(key -> row(key).stream()).toList();
  }

  private List<Long> keys(Sought sought, long from, long until, int limit) {
    return sql.list(
        "SELECT rowid FROM message_words WHERE message_words MATCH ? AND rowid BETWEEN ? AND ?"
            + " ORDER BY rowid DESC LIMIT ?",
        r -> r.number(1),
        sought.match(),
        from,
        until,
        limit);
  }

  private Optional<Long> row(long key) {
    return sql.one("SELECT id FROM message WHERE search_key = ?", r -> r.number(1), key);
  }

  /// Whether copies of a segment of the archive have a message with all that is looked for.
  public boolean finds(long segment, Sought sought) {
    return sql.list(ENTRIES + "WHERE segment = ?", SearchIndex::entry, segment).stream()
        .filter(Entry::shown)
        .filter(e -> e.sentAt() >= sought.first() && e.sentAt() < sought.end())
        .anyMatch(e -> sought.in(terms(e)));
  }

  /// Takes a bounded piece of what deleted rows left in the index out of it.
  ///
  /// @param first whether this begins anew
  /// @return whether there is more
  boolean tidy(boolean first) {
    long before = sql.number("SELECT total_changes()");
    // https://sqlite.org/fts5.html#the_merge_command: a negative number merges everything in the
    // end.
    sql.update(
        "INSERT INTO message_words(message_words, rank) VALUES('merge', ?)",
        first ? -TIDY_PAGES : TIDY_PAGES);
    return sql.number("SELECT total_changes()") - before >= 2;
  }
}
