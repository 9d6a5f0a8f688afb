package sotto.e2e;

import static sotto.e2e.Pauses.until;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The cluster of `stack/cluster` in whose control plane's network this process runs, with the
/// release `sotto` of the chart in the namespace `sotto`.
final class Cluster {
  private static final Duration PATIENCE = Duration.ofMinutes(12);

  private static final List<String> COMPONENTS = List.of("relay", "store", "presence", "blob");

  private final Checkout checkout;

  Cluster(Checkout checkout) {
    this.checkout = checkout;
  }

  /// Runs a command.
  ///
  /// @return what it printed
  /// @throws IllegalStateException if it fails
  String run(String... words) {
    try (var process = new Running(words[0], new ProcessBuilder(words))) {
      process.endInput();
      if (process.awaitEnd(PATIENCE) != 0) {
        throw new IllegalStateException(String.join(" ", words) + ": " + process.err());
      }
      return String.join("\n", process.seen());
    }
  }

  /// Of `stack/cluster`.
  void cluster(String... words) {
    var command = new ArrayList<>(List.of(checkout.root().resolve("stack/cluster").toString()));
    command.addAll(List.of(words));
    var _ = run(command.toArray(String[]::new));
  }

  /// `kubectl` in the namespace of the release.
  String kubectl(String... words) {
    var command = new ArrayList<>(List.of("kubectl", "-n", "sotto"));
    command.addAll(List.of(words));
    return run(command.toArray(String[]::new));
  }

  /// Changes the release, and waits until it is changed.
  void upgrade(String... settings) {
    var command =
        new ArrayList<>(
            List.of(
                "helm",
                "upgrade",
                "sotto",
                checkout.root().resolve("helm").toString(),
                "-n",
                "sotto",
                "--reuse-values",
                "--wait",
                "--timeout",
                "10m"));
    for (var setting : settings) {
      command.add("--set");
      command.add(setting);
    }
    var _ = run(command.toArray(String[]::new));
  }

  /// The names of the pods of a component that run.
  List<String> pods(String component) {
    return kubectl(
            "get",
            "pods",
            "-l",
            "app.kubernetes.io/component=" + component,
            "--field-selector=status.phase=Running",
            "-o",
            "jsonpath={range .items[*]}{.metadata.name}{\"\\n\"}{end}")
        .lines()
        .toList();
  }

  /// The pod of a component that is on a node.
  String podOn(String component, String node) {
    return pods(component).stream()
        .filter(pod -> field(pod, ".spec.nodeName").equals(node))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no " + component + " is on " + node));
  }

  /// One field of a pod.
  String field(String pod, String path) {
    return kubectl("get", "pod", pod, "-o", "jsonpath={" + path + "}");
  }

  /// Where the kernel counts the memory of a pod's container.
  private String memory(String pod) {
    var id = field(pod, ".status.containerStatuses[0].containerID").replaceFirst(".*//", "");
    return run("find", "/sys/fs/cgroup/memory", "-type", "d", "-name", id);
  }

  /// Takes memory inside a pod's limit until the kernel ends the pod's own process for it.
  void exhaust(String pod) {
    var script =
        """
        set -eu
        limit=$(cat "$1/memory.limit_in_bytes")
        sh -c 'echo $$ >"$1/cgroup.procs"; head -c "$2" /dev/zero | tail -c "$2" >/dev/null' _ "$1" "$((limit * 9 / 10))" || true
        """;
    var before = restarts(pod);
    var _ = run("sh", "-c", script, "_", memory(pod));
    if (!until(() -> restarts(pod) > before, PATIENCE)) {
      throw new IllegalStateException(pod + " was not ended for want of memory");
    }
    var reason = field(pod, ".status.containerStatuses[0].lastState.terminated.reason");
    if (!reason.equals("OOMKilled")) {
      throw new IllegalStateException(pod + " ended otherwise: " + reason);
    }
  }

  private int restarts(String pod) {
    return Integer.parseInt(field(pod, ".status.containerStatuses[0].restartCount"));
  }

  /// Whether from the network of one pod a port of another answers.
  boolean reaches(String from, String to, int port) {
    var process = run("head", "-n", "1", memory(from) + "/cgroup.procs").strip();
    var script = "exec 3<>\"/dev/tcp/$0/$1\"";
    var command =
        new ProcessBuilder(
            "nsenter",
            "-t",
            process,
            "-n",
            "timeout",
            "3",
            "bash",
            "-c",
            script,
            field(to, ".status.podIP"),
            Integer.toString(port));
    try (var connect = new Running("connect", command)) {
      return connect.awaitEnd(PATIENCE) == 0;
    }
  }

  /// Waits until all that the release wants is there.
  void settled() {
    for (var component : COMPONENTS) {
      var kind = component.equals("blob") ? "statefulset/" : "deployment/";
      var _ = kubectl("rollout", "status", kind + "sotto-" + component, "--timeout=10m");
    }
  }

  /// What a pod has used.
  ///
  /// @param pod its name
  /// @param resident bytes of memory that it holds
  /// @param most the most that it ever held, with what is cached of files, in bytes
  /// @param processor nanoseconds, since its container started
  record Used(String pod, long resident, long most, long processor) {}

  /// What each pod of the release has used so far.
  List<Used> used() {
    var all = new ArrayList<Used>();
    for (var component : COMPONENTS) {
      for (var pod : pods(component)) {
        var folder = memory(pod);
        var stat = run("grep", "^total_rss ", folder + "/memory.stat");
        all.add(
            new Used(
                pod,
                number(stat.substring(stat.indexOf(' '))),
                number(run("cat", folder + "/memory.max_usage_in_bytes")),
                number(run("cat", folder.replace("/memory/", "/cpuacct/") + "/cpuacct.usage"))));
      }
    }
    return all;
  }

  private static long number(String text) {
    return Long.parseLong(text.strip());
  }
}
