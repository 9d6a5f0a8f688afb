package sotto.e2e;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The checkout whose `./sotto` is run.
///
/// @param root the folder that `sotto` stands in
record Checkout(Path root) {
  /// Finds it: the folder of the system property `sotto.root`, or the nearest one above the current
  /// folder that holds `sotto` and `pom.xml`.
  static Checkout find() {
    var named = System.getProperty("sotto.root");
    if (named != null) {
      return new Checkout(Path.of(named).toAbsolutePath());
    }
    for (var at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.isExecutable(at.resolve("sotto")) && Files.exists(at.resolve("proto"))) {
        return new Checkout(at);
      }
    }
    throw new IllegalStateException("run this inside a checkout of Sotto");
  }

  /// A command line for `./sotto`, with an environment that does not depend on whose it is.
  ///
  /// @param arguments what follows `./sotto`
  /// @return to be started; it builds nothing
  ProcessBuilder sotto(String... arguments) {
    return program("sotto", arguments);
  }

  /// The same for `./sotto-bench`.
  ProcessBuilder bench(String... arguments) {
    return program("sotto-bench", arguments);
  }

  private ProcessBuilder program(String name, String... arguments) {
    var command = new ArrayList<String>();
    command.add(root.resolve(name).toString());
    command.addAll(List.of(arguments));
    var process = new ProcessBuilder(command);
    var environment = process.environment();
    environment.keySet().removeIf(variable -> variable.startsWith("SOTTO_"));
    environment.put("SOTTO_BUILD", "off");
    return process;
  }
}
