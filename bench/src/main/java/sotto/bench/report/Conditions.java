package sotto.bench.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// Under what a measurement was made: without it its figures say nothing.
public final class Conditions {
  private final Map<String, String> all = new LinkedHashMap<>();

  private Conditions() {}

  /// Those of this machine and this moment.
  ///
  /// @param root the checkout
  /// @param command what was asked for
  public static Conditions now(Clock clock, Path root, String command) {
    Conditions now = new Conditions();
    now.put("command", command);
    now.put("when", clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
    now.put("commit", commit(root));
    now.put("machine", machine());
    now.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    now.put(
        "JVM",
        System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
    now.put("load average before", load());
    return now;
  }

  /// Adds one.
  public void put(String name, String value) {
    all.put(name, value);
  }

  /// Adds what is known only at the end.
  public void end() {
    put("load average after", load() + " (this run's own load is in it)");
  }

  Map<String, String> all() {
    return Collections.unmodifiableMap(all);
  }

  /// As Markdown.
  String markdown() {
    StringBuilder page = new StringBuilder("| condition | |\n|---|---|\n");
    all.forEach(
        (name, value) -> page.append("| ").append(name).append(" | ").append(value).append(" |\n"));
    return page.toString();
  }

  private static String commit(Path root) {
    try {
      String commit = git(root, "rev-parse", "--short", "HEAD");
      return git(root, "status", "--porcelain", "-uno").isEmpty() ? commit : commit + ", changed";
    } catch (IOException _) {
      return "not known";
    }
  }

  private static String git(Path root, String... arguments) throws IOException {
    String[] command = new String[arguments.length + 1];
    command[0] = "git";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    Process git = new ProcessBuilder(command).directory(root.toFile()).start();
    return new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }

  private static String machine() {
    return String.format(
        Locale.ROOT,
        "%s, %d cores, %s of memory",
        field("/proc/cpuinfo", "model name"),
        Runtime.getRuntime().availableProcessors(),
        field("/proc/meminfo", "MemTotal"));
  }

  private static String field(String file, String name) {
    try (var lines = Files.lines(Path.of(file))) {
      return lines
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown " + name);
    } catch (IOException _) {
      return "unknown " + name;
    }
  }

  /// The load average of one, five and fifteen minutes.
  private static String load() {
    try {
      String[] words = Files.readString(Path.of("/proc/loadavg")).split(" ", 4);
      return words[0] + ", " + words[1] + ", " + words[2];
    } catch (IOException _) {
      return "not known";
    }
  }
}
