package sotto.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A database of this process's own, run by `stack/sotto-stack` (the system property `sotto.stack`
/// says where that is), with its data in `/tmp/sotto-store-test-PID`. It ends with the process;
/// what a process left that was killed is taken down by the next.
///
/// @param folder where it lives
/// @param url where it answers
record Stack(Path folder, String url) {
  private static final String PROGRAM = System.getProperty("sotto.stack", "../stack/sotto-stack");
  // The paths of unix sockets are short.
  private static final Path PARENT = Path.of("/tmp");
  private static final Pattern FOLDER = Pattern.compile("sotto-store-test-(\\d+)");

  /// The stack in a folder, which runs and goes on running.
  static Stack at(Path folder) {
    return new Stack(folder, new Stack(folder, "").sottoStack("url").strip());
  }

  /// Starts one.
  ///
  /// @param name mysql or vitess
  static Stack start(String name) {
    clearLeftOvers();
    Path folder = PARENT.resolve("sotto-store-test-" + ProcessHandle.current().pid());
    Runtime.getRuntime().addShutdownHook(new Thread(() -> down(folder)));
    Output up = run("up", profile(name), "--dir", folder.toString(), "--port", "free");
    if (up.exit == 0) {
      return new Stack(folder, up.text.strip());
    }
    down(folder);
    throw new AssertionError(
        "the tests on "
            + name
            + " need their database, and sotto-stack up failed (-Dsotto."
            + name
            + ".skip leaves them out):\n"
            + up.errors);
  }

  /// The long tests have a whole cluster, the others one process that is like it.
  private static String profile(String name) {
    return name.equals("vitess") && !Boolean.getBoolean("sotto.long") ? "combo" : name;
  }

  /// Runs sotto-stack on this one.
  ///
  /// @return what it printed
  String sottoStack(String... words) {
    Output output =
        run(
            Stream.concat(Stream.of(words), Stream.of("--dir", folder.toString()))
                .toArray(String[]::new));
    if (output.exit != 0) {
      throw new AssertionError(
          "sotto-stack " + String.join(" ", words) + " failed:\n" + output.errors);
    }
    return output.text;
  }

  private static void down(Path folder) {
    var _ = run("down", "--dir", folder.toString());
  }

  private static void clearLeftOvers() {
    try (Stream<Path> found = Files.list(PARENT)) {
      for (Path folder : found.toList()) {
        Matcher ours = FOLDER.matcher(folder.getFileName().toString());
        if (ours.matches() && ProcessHandle.of(Long.parseLong(ours.group(1))).isEmpty()) {
          down(folder);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private record Output(int exit, String text, String errors) {}

  private static Output run(String... words) {
    try {
      Path errors = Files.createTempFile("sotto-stack", ".log");
      try {
        Process process =
            new ProcessBuilder(Stream.concat(Stream.of(PROGRAM), Stream.of(words)).toList())
                .redirectError(errors.toFile())
                .start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Output(process.waitFor(), text, Files.readString(errors));
      } finally {
        Files.delete(errors);
      }
    } catch (IOException e) {
      return new Output(-1, "", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Output(-1, "", "interrupted");
    }
  }
}
