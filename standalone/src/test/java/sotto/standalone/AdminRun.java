package sotto.standalone;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// One `sotto admin` that has ended, in a process of its own.
///
/// @param exitCode what it ended with
/// @param out lines of standard output
/// @param errors lines of standard error
record AdminRun(int exitCode, List<String> out, List<String> errors) {
  static AdminRun of(Path scratch, String... arguments) throws Exception {
    var all = new ArrayList<>(List.of("admin"));
    all.addAll(List.of(arguments));
    try (var process = ServedProcess.start(scratch, all.toArray(String[]::new))) {
      var out = new ArrayList<String>();
      for (var line = process.line(); !line.equals("(end)"); line = process.line()) {
        out.add(line);
      }
      return new AdminRun(process.exitCode(), List.copyOf(out), process.errors());
    }
  }
}
