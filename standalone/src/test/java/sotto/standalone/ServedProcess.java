package sotto.standalone;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The real server in a Java process of its own, through its main class.
final class ServedProcess implements AutoCloseable {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final Process process;
  private final Path errors;
  private final BufferedReader out;

  private ServedProcess(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
    this.out = process.inputReader(StandardCharsets.UTF_8);
  }

  static ServedProcess start(Path scratch, String... arguments) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            "sotto.standalone.Main"));
    command.addAll(List.of(arguments));
    var errors = Files.createTempFile(scratch, "stderr", ".log");
    var builder = new ProcessBuilder(command).redirectError(errors.toFile());
    builder.environment().keySet().removeIf(k -> k.startsWith("SOTTO_"));
    // The client's, which is none of the server's business.
    builder.environment().put("SOTTO_HOME", "/nowhere");
    return new ServedProcess(builder.start(), errors);
  }

  /// The next line of standard output, or `(end)`.
  String line() {
    try {
      var line = out.readLine();
      return line == null ? "(end)" : line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  long pid() {
    return process.pid();
  }

  /// SIGTERM; standard output stays open, as `Process.destroy` would not leave it.
  void terminate() {
    process.toHandle().destroy();
  }

  int exitCode() throws InterruptedException {
    if (!process.waitFor(LONG.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("still running; it said: " + errors());
    }
    return process.exitValue();
  }

  /// What it wrote to standard error so far.
  List<String> errors() {
    try {
      return Files.readAllLines(errors);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    out.close();
  }
}
