package sotto.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Figures in rows and columns.
public final class Table {
  private final String title;
  private final String note;
  private final List<Column> columns;
  private final List<List<Object>> rows = new ArrayList<>();

  /// A column.
  ///
  /// @param name with its unit, as people read it
  /// @param decimals of its numbers
  public record Column(String name, int decimals) {}

  /// An empty one.
  ///
  /// @param note what is to be known about it, Markdown; empty = nothing
  public Table(String title, String note, Column... columns) {
    this.title = title;
    this.note = note;
    this.columns = List.of(columns);
  }

  /// Adds a row.
  ///
  /// @param cells numbers and texts, one for each column; not a number = there is none
  public void row(Object... cells) {
    if (cells.length != columns.size()) {
      throw new IllegalArgumentException(cells.length + " cells, " + columns.size() + " columns");
    }
    rows.add(List.of(cells));
  }

  String title() {
    return title;
  }

  String note() {
    return note;
  }

  List<Column> columns() {
    return columns;
  }

  List<List<Object>> rows() {
    return List.copyOf(rows);
  }

  /// As Markdown.
  public String markdown() {
    StringBuilder page = new StringBuilder("### ").append(title).append("\n\n");
    if (!note.isEmpty()) {
      page.append(note).append("\n\n");
    }
    line(page, columns.stream().map(Column::name).toList());
    line(page, columns.stream().map(_ -> "---").toList());
    for (List<Object> row : rows) {
      List<String> cells = new ArrayList<>();
      for (int i = 0; i < row.size(); i++) {
        cells.add(shown(row.get(i), columns.get(i).decimals()));
      }
      line(page, cells);
    }
    return page.toString();
  }

  private static void line(StringBuilder page, List<String> cells) {
    page.append("| ").append(String.join(" | ", cells).replace('\n', ' ')).append(" |\n");
  }

  static String shown(Object cell, int decimals) {
    if (!(cell instanceof Number number)) {
      return cell.toString().replace("|", "\\|");
    }
    double value = number.doubleValue();
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%,." + decimals + "f", value) : "";
  }
}
