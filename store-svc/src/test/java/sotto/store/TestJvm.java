package sotto.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A process of its own that runs a class of the tests on the tests' database.
final class TestJvm {
  private TestJvm() {}

  /// Starts it.
  ///
  /// @param folder of the test; what the process logs is `victim.log` in it
  /// @param main has a main method
  static Process start(Path folder, Class<?> main, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:TieredStopAtLevel=1"));
    command.addAll(TestDatabase.in(folder).flags());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(Arrays.asList(arguments));
    return new ProcessBuilder(command).redirectError(folder.resolve("victim.log").toFile()).start();
  }
}
