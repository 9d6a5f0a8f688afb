package sotto.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sotto.client.ServerAddress;

/// Relays, presence, stores and blob as processes over a storage, each but blob behind a
/// [Forwarder] through which all others reach it. Thread-safe once it is up.
final class Mesh implements AutoCloseable {
  private static final Pattern POD =
      Pattern.compile(
          "([a-z]+)-([0-9]+) 127\\.0\\.0\\.1:([0-9]+) 127\\.0\\.0\\.1:([0-9]+) ([0-9]+)");

  /// One process.
  ///
  /// @param kind `relay`, `presence`, `store` or `blob`
  record Pod(String kind, String name) {}

  private final Stack stack;
  private final Map<Pod, Forwarder> forwarders = new HashMap<>();
  private final List<String> names = new ArrayList<>();

  private Mesh(Stack stack) {
    this.stack = stack;
  }

  /// Brings a storage up and a mesh over it.
  static Mesh up(Stack stack, StoreProfile profile, int relays, int presence, int stores) {
    var _ =
        stack.up(
            profile.word(),
            "--proxied",
            "--relays",
            Integer.toString(relays),
            "--presence",
            Integer.toString(presence),
            "--stores",
            Integer.toString(stores));
    var mesh = new Mesh(stack);
    for (var line : stack.run("pods").lines().toList()) {
      var pod = pod(line);
      var name = pod.group(1) + "-" + pod.group(2);
      mesh.names.add(name);
      if (!pod.group(3).equals(pod.group(4))) {
        mesh.forwarders.put(
            new Pod(pod.group(1), name),
            new Forwarder(Integer.parseInt(pod.group(4)), Integer.parseInt(pod.group(3))));
      }
    }
    return mesh;
  }

  private static Matcher pod(String line) {
    var pod = POD.matcher(line);
    if (!pod.matches()) {
      throw new IllegalStateException("not a process of a mesh: " + line);
    }
    return pod;
  }

  /// Those that can be cut off, by name.
  List<Pod> pods() {
    return forwarders.keySet().stream().sorted((a, b) -> a.name().compareTo(b.name())).toList();
  }

  /// The addresses of all relays.
  ServerAddress address() {
    var lines = stack.run("relays").lines().toList();
    try {
      return ServerAddress.parse(lines.get(0).substring("server=".length()))
          .trusting(Files.readString(Path.of(lines.get(1).substring("ca=".length()))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The logs of all processes.
  List<Path> logs() {
    return names.stream().map(n -> stack.folder().resolve("log").resolve(n + ".log")).toList();
  }

  void signal(String word, Pod pod) {
    var _ = stack.run(word, pod.name());
  }

  /// Ends a process in order and starts it again: as what the stack starts by now.
  void replace(String name) {
    var _ = stack.run("end", name);
    var _ = stack.run("start", name);
  }

  /// The names of all processes.
  List<String> names() {
    return List.copyOf(names);
  }

  void cutOff(Pod pod, boolean so) {
    Optional.ofNullable(forwarders.get(pod)).orElseThrow().silent(so);
  }

  /// The memory of each process that runs, resident, in megabytes.
  Map<String, Long> resident() {
    var all = new TreeMap<String, Long>();
    for (var line : stack.run("pods").lines().toList()) {
      var pod = pod(line);
      Resident.now(Long.parseLong(pod.group(5)))
          .ifPresent(bytes -> all.put(pod.group(1) + "-" + pod.group(2), bytes >> 20));
    }
    return all;
  }

  @Override
  public void close() {
    forwarders.values().forEach(Forwarder::close);
  }
}
