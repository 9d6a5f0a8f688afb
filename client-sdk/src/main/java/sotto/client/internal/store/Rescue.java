package sotto.client.internal.store;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import sotto.client.SottoException;

/// Copies every row of one table that can still be read into a sound store.
///
/// Rows are read in the order of a number, their row id or the first column of their key, and a
/// stretch that cannot be read is stepped over: its end is found by doubling and halving, because a
/// page that is damaged hides the rows on it and no others. Tables whose key begins with bytes are
/// read from both ends.
final class Rescue {
  private static final int PAGE = 100;

  /// A table's share.
  ///
  /// @param table its name
  /// @param kept how many rows were copied
  /// @param lost how many were not, as far as an index still tells; empty if none does
  record Share(String table, long kept, Optional<Long> lost) {}

  /// A column.
  private record Column(String name, String type, int key) {}

  private final Sql from;
  private final Sql into;
  private final String table;
  private final List<Column> columns;
  private final boolean rowIds;
  private final String order;
  private final String select;
  private final String insert;

  /// @param leftOut columns that are not copied
  Rescue(Sql from, Sql into, String table, List<String> leftOut) {
    this.from = from;
    this.into = into;
    this.table = table;
    List<String> there = columns(into).stream().map(Column::name).toList();
    this.columns =
        columns(from).stream()
            .filter(c -> there.contains(c.name()) && !leftOut.contains(c.name()))
            .toList();
    this.rowIds = !definition(into).toUpperCase(java.util.Locale.ROOT).contains("WITHOUT ROWID");
    this.order =
        rowIds ? "rowid" : key().stream().map(Column::name).collect(Collectors.joining(", "));
    String names = columns.stream().map(Column::name).collect(Collectors.joining(", "));
    String first = rowIds ? "rowid" : key().getFirst().name();
    this.select = "SELECT " + first + ", " + names + " FROM " + table + " ";
    this.insert =
        "INSERT OR IGNORE INTO "
            + table
            + "("
            + (rowIds ? "rowid, " : "")
            + names
            + ") VALUES("
            + String.join(", ", Collections.nCopies(columns.size() + (rowIds ? 1 : 0), "?"))
            + ")";
  }

  private List<Column> columns(Sql sql) {
    return sql.list(
        "SELECT name, type, pk FROM pragma_table_info('" + table + "') ORDER BY cid",
        r -> new Column(r.text(1), r.text(2), r.integer(3)));
  }

  private String definition(Sql sql) {
    return sql.one("SELECT sql FROM sqlite_master WHERE name = ?", r -> r.text(1), table)
        .orElse("");
  }

  private List<Column> key() {
    return columns(into).stream()
        .filter(c -> c.key() > 0)
        .sorted(java.util.Comparator.comparingInt(Column::key))
        .toList();
  }

  Share run() {
    if (columns.isEmpty()) {
      return new Share(table, 0, Optional.of(0L));
    }
    if (rowIds || key().getFirst().type().equals("INTEGER")) {
      byNumber();
    } else {
      fromBothEnds();
    }
    long kept = into.number("SELECT count(*) FROM " + table);
    return new Share(table, kept, counted().map(all -> Math.max(0, all - kept)));
  }

  /// How many rows there were, from the smallest index or the table itself.
  private Optional<Long> counted() {
    try {
      return Optional.of(from.number("SELECT count(*) FROM " + table));
    } catch (SottoException e) {
      return Optional.empty();
    }
  }

  /// A row: what it is ordered by, and its values.
  private record Read(long at, List<Object> values) {}

  private void byNumber() {
    String by = rowIds ? "rowid" : key().getFirst().name();
    String query = select + "WHERE " + by + " > ? ORDER BY " + order + " LIMIT ?";
    long at = Long.MIN_VALUE;
    while (true) {
      Optional<List<Read>> page = ahead(query, at, PAGE);
      if (page.isEmpty()) {
        page = ahead(query, at, 1);
      }
      if (page.isPresent()) {
        if (page.get().isEmpty()) {
          return;
        }
        page.get().forEach(this::keep);
        at = rowIds ? page.get().getLast().at() : next(page.get(), query);
        continue;
      }
      Optional<Long> beyond = beyond(query, at);
      if (beyond.isEmpty()) {
        return;
      }
      at = beyond.get();
    }
  }

  /// The last of a page may have more rows behind it with the same number.
  private long next(List<Read> page, String query) {
    long last = page.getLast().at();
    read(query.replace("> ?", "= ?"), last, Integer.MAX_VALUE)
        .ifPresent(rows -> rows.forEach(this::keep));
    return last;
  }

  /// The smallest number behind which rows can be read again.
  private Optional<Long> beyond(String query, long at) {
    long start = Math.max(at, -(1L << 40));
    long bad = start;
    long step = 1;
    while (step < 1L << 42 && ahead(query, start + step, 1).isEmpty()) {
      bad = start + step;
      step *= 2;
    }
    if (step >= 1L << 42) {
      return Optional.empty();
    }
    long good = start + step;
    while (good - bad > 1) {
      long middle = bad + (good - bad) / 2;
      if (ahead(query, middle, 1).isPresent()) {
        good = middle;
      } else {
        bad = middle;
      }
    }
    return Optional.of(good);
  }

  /// What comes behind a number. In a damaged tree that may be rows of before it, with which the
  /// reading would go round for ever.
  private Optional<List<Read>> ahead(String query, long at, int most) {
    return read(query, at, most).filter(rows -> rows.isEmpty() || rows.getLast().at() > at);
  }

  private void fromBothEnds() {
    for (boolean forward : new boolean[] {true, false}) {
      String direction = forward ? "" : " DESC";
      String names = key().stream().map(Column::name).collect(Collectors.joining(", "));
      String ordered =
          key().stream().map(c -> c.name() + direction).collect(Collectors.joining(", "));
      String marks = String.join(", ", Collections.nCopies(key().size(), "?"));
      List<Object> last = new ArrayList<>();
      while (true) {
        String where =
            last.isEmpty()
                ? ""
                : "WHERE (" + names + ") " + (forward ? ">" : "<") + " (" + marks + ") ";
        List<Object> arguments = new ArrayList<>(last);
        arguments.add(1);
        Optional<List<Read>> row =
            read(select + where + "ORDER BY " + ordered + " LIMIT ?", arguments.toArray());
        if (row.isEmpty() || row.get().isEmpty()) {
          break;
        }
        keep(row.get().getFirst());
        last.clear();
        for (Column c : key()) {
          last.add(row.get().getFirst().values().get(place(c.name())));
        }
      }
    }
  }

  private int place(String column) {
    return columns.stream().map(Column::name).toList().indexOf(column);
  }

  /// @return empty if something on the way cannot be read
  private Optional<List<Read>> read(String query, Object... arguments) {
    try {
      return Optional.of(from.list(query, this::row, arguments));
    } catch (SottoException e) {
      return Optional.empty();
    }
  }

  private Read row(Row r) throws SQLException {
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      values.add(r.value(i + 2));
    }
    boolean number = rowIds || key().getFirst().type().equals("INTEGER");
    return new Read(number ? r.number(1) : 0, values);
  }

  private void keep(Read row) {
    List<Object> values = new ArrayList<>();
    if (rowIds) {
      values.add(row.at());
    }
    values.addAll(row.values());
    try {
      into.update(insert, values.toArray());
    } catch (SottoException e) {
      if (e.code() == SottoException.Code.STORAGE_FULL) {
        throw e;
      }
      // A row that breaks a rule of its table is damaged itself.
    }
  }
}
