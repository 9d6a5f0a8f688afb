package sotto.standalone.admin;

import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import sotto.mesh.ConfigException;
import sotto.mesh.HostPort;
import sotto.mesh.MeshConfig;
import sotto.mesh.MeshNetwork;
import sotto.mesh.PodTarget;
import sotto.mesh.Pods;
import sotto.mesh.Role;
import sotto.mesh.Telemetry;
import sotto.standalone.AdminFolder;

/// The processes of a running Sotto and an operator's way to them: the pods of a mesh, or the one
/// process that is all of them. Thread-safe.
public final class Fleet implements AutoCloseable {
  private static final Duration LONGEST_LOOK_UP = Duration.ofSeconds(3);

  private final MeshNetwork network;
  private final Map<Role, Found> found;
  private final Duration timeout;

  private record Found(PodTarget target, Pods pods) {}

  private Fleet(MeshNetwork network, Map<Role, Found> found, Duration timeout) {
    this.network = network;
    this.found = found;
    this.timeout = timeout;
  }

  /// Finds them.
  ///
  /// @throws IOException if there is nothing to be found, or the operator's files cannot be used
  static Fleet open(AdminConfig config) throws IOException {
    var targets = config.targets();
    return targets.isEmpty()
        ? open(config, one(config))
        : open(config, new Way(config.mesh(), targets));
  }

  /// Who the operator is and where the pods are.
  private record Way(MeshConfig mesh, Map<Role, PodTarget> targets) {}

  private static Way one(AdminConfig config) throws IOException {
    var folder = AdminFolder.in(config.data());
    var address =
        folder
            .said()
            .orElseThrow(() ->
                new ConfigException(
                    "no server runs with the folder "
                        + config.data()
                        + ", or it has no admin.listen: give --data, or for a mesh --relays, --stores, --presence and --blobs"));
    var any = List.of("0.0.0.0", "::").contains(address.host());
    var dialled = any ? new HostPort("127.0.0.1", address.port()) : address;
    return new Way(
        MeshConfig.of(dialled, folder.path(), "operator"),
        Map.of(Role.STANDALONE, PodTarget.parse("static:///" + dialled)));
  }

  private static Fleet open(AdminConfig config, Way way) throws IOException {
    var network = MeshNetwork.open(way.mesh, Role.ADMIN, Clock.systemUTC(), Telemetry.none());
    var found = new LinkedHashMap<Role, Found>();
    way.targets.forEach(
        (role, target) -> found.put(role, new Found(target, network.pods(role, target))));
    var fleet = new Fleet(network, found, config.timeout());
    fleet.awaitLists();
    return fleet;
  }

  private void awaitLists() {
    var longest = timeout.compareTo(LONGEST_LOOK_UP) < 0 ? timeout : LONGEST_LOOK_UP;
    var end = System.nanoTime() + longest.toNanos();
    for (var one : found.values()) {
      var there = new CountDownLatch(1);
      one.pods.onChange(there::countDown);
      try {
        if (one.pods.list().names().isEmpty()) {
          var _ = there.await(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /// The roles that there are.
  public Collection<Role> roles() {
    return found.keySet();
  }

  /// Those that do the work of a role: its pods, or the one process that is all of them.
  public Role having(Role role) {
    return found.containsKey(Role.STANDALONE) ? Role.STANDALONE : role;
  }

  /// The pods of some roles, as discovery last named them.
  public List<Pod> pods(Collection<Role> roles) {
    return roles.stream()
        .filter(found::containsKey)
        .flatMap(role -> found(role).pods.list().names().stream().map(name -> new Pod(role, name)))
        .toList();
  }

  /// Asks all pods of some roles, beside each other.
  ///
  /// @param stub such as `XGrpc::newBlockingStub`
  /// @param call may throw [StatusRuntimeException]
  /// @return one answer for each pod, role by role; a failure for a role without pods
  public <S extends AbstractStub<S>, T> List<Answer<T>> ask(
      Collection<Role> roles, Function<Channel, S> stub, Function<S, T> call) {
    return ask(roles, stub, call, timeout);
  }

  /// The same.
  ///
  /// @param longest how long each may take
  public <S extends AbstractStub<S>, T> List<Answer<T>> ask(
      Collection<Role> roles, Function<Channel, S> stub, Function<S, T> call, Duration longest) {
    var asked = new ArrayList<Future<Answer<T>>>();
    // Closing waits for the answers.
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var pod : pods(roles)) {
        asked.add(threads.submit(() -> ask(pod, stub, call, longest)));
      }
    }
    var answers = new ArrayList<>(asked.stream().map(Future::resultNow).toList());
    for (var role : roles) {
      if (pods(List.of(role)).isEmpty()) {
        answers.add(
            new Answer.Failed<>(
                new Pod(role, found.containsKey(role) ? found(role).target.text() : "-"),
                found.containsKey(role) ? "no pod is found there" : "no target is given"));
      }
    }
    return answers;
  }

  /// How long a process may take to answer.
  Duration timeout() {
    return timeout;
  }

  /// A pod by its name, listed or not.
  Pod pod(Role role, String name) {
    try {
      return new Pod(role, HostPort.parse(name).toString());
    } catch (IllegalArgumentException e) {
      throw new ConfigException("a pod is named HOST:PORT, and this is " + name, e);
    }
  }

  /// The pods that a person means.
  ///
  /// @param name that of a role or of a pod
  /// @throws ConfigException if there is none
  List<Pod> named(String name) {
    var all = pods(found.keySet());
    var meant =
        all.stream()
            .filter(p -> p.name().equals(name) || p.role().toString().equals(name))
            .toList();
    if (meant.isEmpty()) {
      throw new ConfigException(
          name
              + " is none of the processes: "
              + String.join(", ", all.stream().map(Pod::toString).toList()));
    }
    return meant;
  }

  /// Asks one pod.
  public <S extends AbstractStub<S>, T> Answer<T> ask(
      Pod pod, Function<Channel, S> stub, Function<S, T> call) {
    return ask(pod, stub, call, timeout);
  }

  /// Asks one pod.
  ///
  /// @param longest how long it may take
  public <S extends AbstractStub<S>, T> Answer<T> ask(
      Pod pod, Function<Channel, S> stub, Function<S, T> call, Duration longest) {
    try {
      var channel = found(pod.role()).pods.channel(pod.name());
      var value = call.apply(stub.apply(channel).withDeadlineAfter(longest));
      return new Answer.Got<>(pod, value);
    } catch (StatusRuntimeException e) {
      return new Answer.Failed<>(pod, Unanswered.why(e));
    }
  }

  private Found found(Role role) {
    var one = found.get(role);
    if (one == null) {
      throw new IllegalArgumentException("no " + role + " is known");
    }
    return one;
  }

  @Override
  public void close() {
    network.close();
  }
}
