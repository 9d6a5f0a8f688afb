package sotto.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What `stack/sotto-stack` has started for this run. It is taken down however the run ends.
final class StackUnderTest implements AutoCloseable {
  private static int started;

  private final String profile;
  private final Path folder;
  private final String told;
  private final Thread end = new Thread(this::down);

  /// A database that it knows.
  enum Profile {
    MYSQL,
    COMBO,
    VITESS;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private StackUnderTest(String profile, Path folder, Map<String, String> environment, String[] up)
      throws IOException {
    this.profile = profile;
    this.folder = folder;
    Runtime.getRuntime().addShutdownHook(end);
    this.told = run(environment, up).strip();
  }

  /// Starts one in a folder of its own.
  ///
  /// @param environment of its processes
  /// @param what profile and options, as it knows them
  static synchronized StackUnderTest up(Map<String, String> environment, String... what)
      throws IOException {
    String own = "sotto-bench-" + ProcessHandle.current().pid() + "-" + ++started;
    Path folder = Path.of(System.getProperty("java.io.tmpdir"), own);
    List<String> words = new ArrayList<>(List.of("up", "--port", "free"));
    words.addAll(Arrays.asList(what));
    return new StackUnderTest(what[0], folder, environment, words.toArray(String[]::new));
  }

  String profile() {
    return profile;
  }

  Path folder() {
    return folder;
  }

  /// What its start printed: where the storage is.
  String told() {
    return told;
  }

  /// Runs a command of it and gives what that prints.
  String run(String... words) throws IOException {
    return run(Map.of(), words);
  }

  /// The same in an environment.
  String run(Map<String, String> environment, String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of(Checkout.stack()));
    command.addAll(Arrays.asList(words));
    command.addAll(List.of("--dir", folder.toString()));
    return run(environment, command);
  }

  /// Runs any program and gives what it prints.
  static String run(Map<String, String> environment, List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("SOTTO_BUILD", "off");
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", command) + " failed: see above");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
    return said;
  }

  /// The processes of a part.
  List<Long> pids(String part) throws IOException {
    String mark = "SOTTO_STACK_PART=" + folder + ":" + part;
    List<Long> found = new ArrayList<>();
    try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        if (environment(process).contains(mark)) {
          found.add(Long.parseLong(process.getFileName().toString()));
        }
      }
    }
    return found;
  }

  private static List<String> environment(Path process) {
    try {
      String all =
          new String(Files.readAllBytes(process.resolve("environ")), StandardCharsets.UTF_8);
      return Arrays.asList(all.split("\0"));
    } catch (IOException _) {
      return List.of(); // another user's, or it has ended
    }
  }

  private void down() {
    try {
      var _ = run("down");
    } catch (IOException e) {
      System.err.println("the stack in " + folder + " was not taken down: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    down();
    Runtime.getRuntime().removeShutdownHook(end);
  }
}
