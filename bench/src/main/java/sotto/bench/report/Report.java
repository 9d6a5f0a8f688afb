package sotto.bench.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What one run of the program has found, and under what conditions.
public final class Report {
  private static final Gson JSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  private final String scenario;
  private final Conditions conditions;
  private final List<Table> tables = new ArrayList<>();
  private final Map<String, Plot> plots = new LinkedHashMap<>();
  private final List<String> findings = new ArrayList<>();

  /// One without tables yet.
  public Report(String scenario, Conditions conditions) {
    this.scenario = scenario;
    this.conditions = conditions;
  }

  /// Adds a table.
  public void add(Table table) {
    tables.add(table);
  }

  /// Adds a plot.
  ///
  /// @param file its name, without folder and ending
  public void add(String file, Plot plot) {
    plots.put(file, plot);
  }

  /// Adds a sentence that people are to read first.
  public void finding(String sentence) {
    findings.add(sentence);
  }

  /// The conditions.
  public Conditions conditions() {
    return conditions;
  }

  /// As Markdown.
  public String markdown() {
    StringBuilder page = new StringBuilder("## sotto-bench ").append(scenario).append("\n\n");
    findings.forEach(finding -> page.append("- ").append(finding).append('\n'));
    page.append(findings.isEmpty() ? "" : "\n").append(conditions.markdown());
    tables.forEach(table -> page.append('\n').append(table.markdown()));
    plots.forEach((file, plot) ->
        page.append("\n![").append(plot.title()).append("](").append(file).append(".svg)\n"));
    return page.toString();
  }

  /// As JSON: `scenario`, `conditions`, `findings`, and `tables` with their rows as objects.
  public String json() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("scenario", scenario);
    all.put("conditions", conditions.all());
    all.put("findings", findings);
    all.put("tables", tables.stream().map(Report::table).toList());
    return JSON.toJson(all);
  }

  private static Map<String, Object> table(Table table) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (List<Object> cells : table.rows()) {
      Map<String, Object> row = new LinkedHashMap<>();
      for (int i = 0; i < cells.size(); i++) {
        Object cell = cells.get(i);
        if (!(cell instanceof Double number) || Double.isFinite(number)) {
          row.put(table.columns().get(i).name(), cell);
        }
      }
      rows.add(row);
    }
    return Map.of("title", table.title(), "note", table.note(), "rows", rows);
  }

  /// Writes `report.md`, `report.json` and a file for each plot.
  ///
  /// @param folder made if it is not there
  public void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("report.md"), markdown());
    Files.writeString(folder.resolve("report.json"), json());
    for (var plot : plots.entrySet()) {
      Files.writeString(folder.resolve(plot.getKey() + ".svg"), plot.getValue().svg());
    }
  }
}
