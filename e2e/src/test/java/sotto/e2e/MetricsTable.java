package sotto.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The table of all metrics in the operators' page.
record MetricsTable(List<Row> rows) {
  private static final Pattern ROW =
      Pattern.compile(
          "\\| `([a-z.]+)` \\| (counter|gauge|histogram) \\| (`[^`]+`)? ?\\| ([a-z, ]+) \\| .*");

  /// A metric.
  ///
  /// @param processes which have it
  record Row(String name, String kind, String unit, Set<String> processes) {
    /// What Prometheus calls it.
    String prometheus() {
      var plain = name.replace('.', '_');
      var end =
          switch (unit) {
            case "`s`" -> "_seconds";
            case "`By`" -> "_bytes";
            default -> "";
          };
      var whole = plain.endsWith(end) ? plain : plain + end;
      return kind.equals("counter") ? whole + "_total" : whole;
    }

    /// Its line `# TYPE`.
    String type() {
      return "# TYPE " + prometheus() + " " + kind;
    }
  }

  static MetricsTable of(Checkout checkout) {
    try {
      return new MetricsTable(
          Files.readString(checkout.root().resolve("docs/operations.md"))
              .lines()
              .map(ROW::matcher)
              .filter(m -> m.matches())
              .map(m ->
                  new Row(
                      m.group(1),
                      m.group(2),
                      String.valueOf(m.group(3)),
                      Set.of(m.group(4).split(", "))))
              .toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The lines `# TYPE` that processes are to show.
  Set<String> types(Predicate<Row> wanted) {
    return rows.stream().filter(wanted).map(Row::type).collect(Collectors.toSet());
  }
}
