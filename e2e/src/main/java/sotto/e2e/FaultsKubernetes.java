package sotto.e2e;

import static sotto.e2e.Pauses.pause;
import static sotto.e2e.Pauses.until;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import sotto.client.ServerAddress;

/// `make k8s-test`: users outside of a cluster of two nodes write to each other through the chart's
/// service, while its pods are upgraded, run out of memory, are drained from a node, and a node is
/// lost and comes back. In the end every message that was accepted is with its receiver, once, in
/// the order in which it was sent; or it says what is not, keeps the evidence, and exits 1.
///
/// `e2e/k8s-test` makes the cluster and installs the chart first.
public final class FaultsKubernetes implements Trial.Course {
  private static final String USE =
      """
      k8s-test [--pairs N] [--rate N] [--between N] [--keep]
        --pairs N    of users who write to each other (10)
        --rate N     messages a second that are wished for, all together (40); what the machine bears is found out first
        --between N  seconds undisturbed before each fault and after the last (5)
        --keep       keep the logs and homes of a good run too
      """;
  private static final Duration LOST = Duration.ofSeconds(30);
  private static final Duration MEASURED = Duration.ofSeconds(20);
  private static final int MESH = 7711;
  private static final int CLIENTS = 7700;

  private final CourseOptions options;
  private final Cluster cluster = new Cluster(Checkout.find());

  private FaultsKubernetes(CourseOptions options) {
    this.options = options;
  }

  /// Runs and prints.
  public static void main(String[] arguments) throws IOException {
    new CourseOptions(10, 40, Duration.ofSeconds(5), false)
        .main("k8s-test", USE, FaultsKubernetes::new, arguments);
  }

  @Override
  public void run(Trial trial) {
    var log = trial.evidence("pods.log");
    trial.log(log);
    var _ = trial.opened(PodLogs.into(log));
    cluster.settled();
    measure(trial, "before any user has come, since their start", Duration.ZERO);
    var address = address();
    for (var n = 1; n <= options.pairs(); n++) {
      Correspondent.pair(address, n, trial::evidence).forEach(trial::join);
    }
    trial.crowd().start();
    trial.crowd().calibrate(options.rate(), options.between());
    networkKeepsStrangersOut(trial);
    measure(trial, "while all write", MEASURED);
    strike(trial, "all pods are upgraded", () -> cluster.upgrade("settings.all.log.level=debug"));
    // Each of these three sends users to the node that is struck next.
    strike(
        trial,
        "the relay of node 1 runs out of memory",
        () -> cluster.exhaust(cluster.podOn("relay", "n1")));
    strike(
        trial,
        "node 2 is lost and comes back",
        () -> {
          cluster.cluster("kill", "2");
          pause(LOST);
          cluster.cluster("join", "2");
          cluster.settled();
        });
    strike(
        trial,
        "node 1 is drained and taken back",
        () -> {
          var _ =
              cluster.kubectl(
                  "drain", "n1", "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=10m");
          cluster.settled();
          var _ = cluster.kubectl("uncordon", "n1");
        });
    strike(trial, "all are put back", () -> cluster.upgrade("settings.all.log.level=info"));
    pause(options.between());
  }

  /// The addresses of the service at both nodes, and the certificate that the chart has made.
  private ServerAddress address() {
    var ca = cluster.kubectl("get", "secret", "sotto-tls", "-o", "jsonpath={.data.ca\\.crt}");
    return ServerAddress.parse("172.31.0.11:30770,172.31.0.12:30770")
        .trusting(new String(Base64.getDecoder().decode(ca), StandardCharsets.UTF_8));
  }

  private void networkKeepsStrangersOut(Trial trial) {
    var _ =
        cluster.kubectl(
            "run",
            "stranger",
            "--image=localhost/pause:cluster",
            "--image-pull-policy=Never",
            "--overrides={\"spec\":{\"securityContext\":{\"runAsNonRoot\":true,\"runAsUser\":65532,\"seccompProfile\":{\"type\":\"RuntimeDefault\"}},"
                + "\"containers\":[{\"name\":\"stranger\",\"image\":\"localhost/pause:cluster\",\"imagePullPolicy\":\"Never\","
                + "\"securityContext\":{\"allowPrivilegeEscalation\":false,\"capabilities\":{\"drop\":[\"ALL\"]}}}]}}");
    var _ = cluster.kubectl("wait", "--for=condition=Ready", "pod/stranger", "--timeout=60s");
    var relay = cluster.pods("relay").getFirst();
    var store = cluster.pods("store").getFirst();
    var presence = cluster.pods("presence").getFirst();
    expect(trial, "stranger", store, MESH, false);
    expect(trial, "stranger", presence, MESH, false);
    expect(trial, "stranger", relay, MESH, false);
    expect(trial, presence, store, MESH, false);
    expect(trial, relay, store, MESH, true);
    expect(trial, "stranger", relay, CLIENTS, true);
    var _ = cluster.kubectl("delete", "pod", "stranger", "--now");
  }

  private void expect(Trial trial, String from, String to, int port, boolean open) {
    var _ = until(() -> cluster.reaches(from, to, port) == open, Duration.ofSeconds(30));
    var reaches = cluster.reaches(from, to, port);
    var words =
        "%s %s port %d of %s".formatted(from, reaches ? "reaches" : "does not reach", port, to);
    trial.say("network: " + words);
    if (reaches != open) {
      trial.complain(words);
    }
  }

  private void strike(Trial trial, String words, Runnable fault) {
    pause(options.between());
    trial.strike(words, fault);
  }

  /// Says what each pod holds of memory, and takes of the processor.
  ///
  /// @param over how long to look; zero = since it started
  private void measure(Trial trial, String when, Duration over) {
    var before = over.isZero() ? List.<Cluster.Used>of() : cluster.used();
    var accepted = trial.crowd().sum(OneWay::acceptedCount);
    var begin = System.nanoTime();
    pause(over);
    var after = cluster.used();
    var seconds = (System.nanoTime() - begin) / 1e9;
    if (!over.isZero()) {
      trial.say(
          "%.0f messages a second are accepted"
              .formatted((trial.crowd().sum(OneWay::acceptedCount) - accepted) / seconds));
    }
    for (var pod : after) {
      var earlier =
          before.stream()
              .filter(b -> b.pod().equals(pod.pod()))
              .mapToLong(Cluster.Used::processor)
              .findFirst()
              .orElse(0);
      var spent = (pod.processor() - earlier) / 1e9;
      trial.say(
          "%s, %s: %d MB, at most %d with what is cached; %s"
              .formatted(
                  when,
                  pod.pod(),
                  pod.resident() >> 20,
                  pod.most() >> 20,
                  over.isZero()
                      ? "%.1f s of a processor".formatted(spent)
                      : "%.0f thousandths of a processor".formatted(1000 * spent / seconds)));
    }
  }

  @Override
  public void report(Trial trial) {
    measure(trial, "in the end, since their start", Duration.ZERO);
    trial.say(cluster.kubectl("get", "pods", "-o", "wide"));
  }
}
