package sotto.standalone.admin;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/// Prints rows under their columns' names, two spaces between columns, numbers at the right; `none`
/// where there are none.
final class Table {
  private static final String GAP = "  ";

  private Table() {}

  static void print(List<String> columns, List<List<Cell>> rows, PrintWriter out) {
    if (rows.isEmpty()) {
      out.println("none");
      return;
    }
    var heads = columns.stream().map(c -> c.toUpperCase(Locale.ROOT).replace('_', ' ')).toList();
    var widths = new int[columns.size()];
    var right = new boolean[columns.size()];
    for (var i = 0; i < widths.length; i++) {
      var column = i;
      widths[i] =
          Math.max(
              heads.get(i).length(),
              rows.stream().mapToInt(row -> row.get(column).text().length()).max().orElse(0));
      right[i] = rows.stream().anyMatch(row -> row.get(column).isNumber());
    }
    out.println(line(heads, widths, right));
    for (var row : rows) {
      out.println(line(row.stream().map(Cell::text).toList(), widths, right));
    }
  }

  private static String line(List<String> texts, int[] widths, boolean[] right) {
    var line = new StringBuilder();
    for (var i = 0; i < widths.length; i++) {
      var space = " ".repeat(widths[i] - texts.get(i).length());
      line.append(i == 0 ? "" : GAP).append(right[i] ? space + texts.get(i) : texts.get(i) + space);
    }
    return line.toString().stripTrailing();
  }
}
