package sotto.client.internal.store;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import sotto.client.AutoDownloads.Rule;

/// Files that are to be downloaded by themselves: the rule, what waits under it, and how much of
/// the day's bytes is spent.
public final class WantedFiles {
  /// A file that waits.
  ///
  /// @param message the message's row
  /// @param place its place there
  public record Wanted(long message, int place) {}

  private static final String LARGEST = "auto_largest";
  private static final String A_DAY = "auto_a_day";
  private static final String FOLDER = "auto_folder";
  private static final String DAY = "auto_day";
  private static final String SPENT = "auto_spent";

  private static final String ACCEPTED =
      " FROM wanted_file w JOIN attachment a ON a.message = w.message AND a.place = w.place"
          + " JOIN message m ON m.id = w.message JOIN contact c ON c.id = m.contact"
          + " WHERE c.accepted = 1 ";

  private final Sql sql;
  private final Settings settings;

  WantedFiles(Sql sql, Settings settings) {
    this.sql = sql;
    this.settings = settings;
  }

  /// The rule.
  public Optional<Rule> rule() {
    Optional<Long> largest = settings.number(LARGEST);
    Optional<Long> aDay = settings.number(A_DAY);
    return largest.isEmpty() || aDay.isEmpty()
        ? Optional.empty()
        : Optional.of(new Rule(settings.text(FOLDER).map(Path::of), largest.get(), aDay.get()));
  }

  /// Keeps a rule; what waits and is too large for it is forgotten.
  public void set(Rule rule) {
    settings.put(LARGEST, rule.largest());
    settings.put(A_DAY, rule.aDay());
    rule.folder()
        .ifPresentOrElse(
            folder -> settings.put(FOLDER, folder.toString()), () -> settings.remove(FOLDER));
    sql.update(
        "DELETE FROM wanted_file WHERE EXISTS (SELECT 1 FROM attachment a WHERE a.message ="
            + " wanted_file.message AND a.place = wanted_file.place AND a.size > ?)",
        rule.largest());
  }

  /// Forgets the rule and what waits.
  public void off() {
    List.of(LARGEST, A_DAY, FOLDER).forEach(settings::remove);
    sql.update("DELETE FROM wanted_file");
  }

  /// Lets the files of a message wait.
  ///
  /// @param largest leaves out what is larger
  /// @return whether any does
  public boolean add(long message, long largest) {
    return sql.update(
            "INSERT OR IGNORE INTO wanted_file(message, place) SELECT message, place FROM"
                + " attachment WHERE message = ? AND size <= ?",
            message,
            largest)
        > 0;
  }

  /// What waits of accepted contacts, the oldest first; what was tried in vain comes last.
  public List<Wanted> next(int limit) {
    return sql.list(
        "SELECT w.message, w.place" + ACCEPTED + "ORDER BY w.tries, w.message, w.place LIMIT ?",
        r -> new Wanted(r.number(1), r.integer(2)),
        limit);
  }

  /// How many wait of accepted contacts.
  public int count() {
    return (int) sql.number("SELECT count(*)" + ACCEPTED);
  }

  /// Whether a file still waits.
  public boolean waits(Wanted file) {
    return sql.number(
            "SELECT count(*) FROM wanted_file WHERE message = ? AND place = ?",
            file.message(),
            file.place())
        > 0;
  }

  /// Counts a file among the bytes of a day, once, however often it is begun.
  ///
  /// @param day its number
  /// @return false if the day has no room for it
  public boolean spend(Wanted file, long size, long day, long aDay) {
    boolean begun =
        sql.update(
                "UPDATE wanted_file SET tries = tries + 1 WHERE message = ? AND place = ? AND"
                    + " tries > 0",
                file.message(),
                file.place())
            == 1;
    if (begun) {
      return true;
    }
    boolean sameDay = settings.number(DAY).filter(d -> d == day).isPresent();
    long spent = sameDay ? settings.number(SPENT).orElse(0L) : 0;
    if (size > aDay - spent) {
      return false;
    }
    settings.put(DAY, day);
    settings.put(SPENT, spent + size);
    sql.update(
        "UPDATE wanted_file SET tries = 1 WHERE message = ? AND place = ?",
        file.message(),
        file.place());
    return true;
  }

  /// A file no longer waits.
  public void remove(Wanted file) {
    sql.update(
        "DELETE FROM wanted_file WHERE message = ? AND place = ?", file.message(), file.place());
  }
}
