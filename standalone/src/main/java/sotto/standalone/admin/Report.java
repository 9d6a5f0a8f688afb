package sotto.standalone.admin;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import sotto.mesh.ServerProcess;

/// What a command has to say: rows of a table, pods that did not answer, and whether all is well.
/// Used by one thread.
public final class Report {
  private final List<String> columns;
  private final List<List<Cell>> rows = new ArrayList<>();
  private final List<Answer.Failed<?>> failed = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private boolean well = true;

  /// Without rows.
  ///
  /// @param columns their names, as JSON has them, such as `started_at`
  public Report(String... columns) {
    this.columns = List.of(columns);
  }

  /// Adds a row.
  ///
  /// @param values as [Cell#of] takes them, one for each column
  public void row(Object... values) {
    if (values.length != columns.size()) {
      throw new IllegalArgumentException("a row has " + columns.size() + " values");
    }
    rows.add(Arrays.stream(values).map(Cell::of).toList());
  }

  /// Adds a pod that did not answer: then all is not well.
  public void failed(Answer.Failed<?> answer) {
    failed.add(answer);
    well = false;
  }

  /// Adds something that people should know; programs are not told.
  public void note(String sentence) {
    notes.add(sentence);
  }

  /// Says that all is not well.
  public void unwell() {
    well = false;
  }

  /// What the command ends with.
  int exitCode() {
    return well ? ServerProcess.OK : ServerProcess.FAILED;
  }

  /// As a table for people; pods that did not answer go to `errors`.
  void print(PrintWriter out, PrintWriter errors) {
    if (!rows.isEmpty() || failed.isEmpty()) {
      Table.print(columns, rows, out);
    }
    notes.forEach(note -> errors.println("sotto: " + note));
    for (var one : failed) {
      errors.println("sotto: the " + one.pod() + " " + one.why());
    }
  }

  /// As JSON, an object a line; pods that did not answer are objects with `error`.
  void printJson(PrintWriter out) {
    for (var row : rows) {
      var object = JsonNodeFactory.instance.objectNode();
      for (var i = 0; i < columns.size(); i++) {
        object.set(columns.get(i), row.get(i).json());
      }
      out.println(object);
    }
    for (var one : failed) {
      out.println(
          JsonNodeFactory.instance
              .objectNode()
              .put("role", one.pod().role().toString())
              .put("pod", one.pod().name())
              .put("error", one.why()));
    }
  }
}
