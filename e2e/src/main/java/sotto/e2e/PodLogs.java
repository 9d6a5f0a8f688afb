package sotto.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/// What the pods of the release write, followed into a file from their first line on: a pod that is
/// replaced takes its log with it.
///
/// One thread watches for pods; each container is followed by a `kubectl` of its own.
final class PodLogs implements AutoCloseable {
  private static final List<String> KUBECTL = List.of("kubectl", "-n", "sotto");
  private static final List<String> EACH =
      List.of(
          "get",
          "pods",
          "-l",
          "app.kubernetes.io/name=sotto",
          "--watch",
          "-o",
          "jsonpath={.metadata.name} {.status.containerStatuses[0].containerID} {.status.phase}{\"\\n\"}");

  private final Path file;
  private final Process watch;
  private final Queue<Process> followers = new ConcurrentLinkedQueue<>();

  private PodLogs(Path file) {
    this.file = file;
    this.watch = started(new ProcessBuilder(words(EACH)));
    Thread.ofPlatform().daemon().name("pods' logs").start(this::watch);
  }

  /// @param file is made, or appended to
  static PodLogs into(Path file) {
    return new PodLogs(file);
  }

  private void watch() {
    Set<String> seen = new HashSet<>();
    try (var lines =
        new BufferedReader(new InputStreamReader(watch.getInputStream(), StandardCharsets.UTF_8))) {
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        var words = List.of(line.split(" ", -1));
        if (words.size() == 3 && words.get(2).equals("Running") && seen.add(words.get(1))) {
          follow(words.getFirst());
        }
      }
    } catch (IOException e) {
      // It was ended.
      return;
    }
  }

  private void follow(String pod) {
    var command = new ProcessBuilder(words(List.of("logs", "--follow", "--prefix", pod)));
    followers.add(started(command.redirectOutput(ProcessBuilder.Redirect.appendTo(file.toFile()))));
  }

  private static Process started(ProcessBuilder command) {
    try {
      return command.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String[] words(List<String> more) {
    var words = new ArrayList<>(KUBECTL);
    words.addAll(more);
    return words.toArray(String[]::new);
  }

  @Override
  public void close() {
    watch.destroy();
    followers.forEach(Process::destroy);
  }
}
