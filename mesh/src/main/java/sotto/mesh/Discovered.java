package sotto.mesh;

import io.grpc.Channel;
import io.grpc.EquivalentAddressGroup;
import io.grpc.ManagedChannel;
import io.grpc.NameResolver;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The pods that a name resolver of gRPC finds, and connections to them by name.
///
/// An answer without addresses, or none, changes nothing: a name service that fails must not stop a
/// mesh whose pods are all there.
///
/// Listeners are called in the resolver's synchronisation context, one change after the other.
final class Discovered implements Pods, AutoCloseable {
  static final Duration FORGET_AFTER = Duration.ofMinutes(10);

  private static final Logger LOG = LoggerFactory.getLogger(Discovered.class);

  private final Role role;
  private final PodTarget target;
  private final Function<String, ManagedChannel> dial;
  private final MonotonicClock clock;
  private final NameResolver resolver;
  private final SynchronizationContext changes =
      new SynchronizationContext((_, e) -> LOG.atError().setCause(e).log("discovery failed"));
  private final Map<String, PodChannel> channels = new ConcurrentHashMap<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile PodList list = PodList.EMPTY;
  // Only in `changes`.
  private boolean failing;

  private Discovered(
      Role role,
      PodTarget target,
      NameResolver.Factory resolvers,
      Function<String, ManagedChannel> dial,
      MonotonicClock clock,
      ScheduledExecutorService timer,
      Executor lookUps) {
    this.role = role;
    this.target = target;
    this.dial = dial;
    this.clock = clock;
    var args =
        NameResolver.Args.newBuilder()
            .setDefaultPort(1)
            .setProxyDetector(_ -> null)
            .setSynchronizationContext(changes)
            .setServiceConfigParser(new NoServiceConfig())
            .setScheduledExecutorService(timer)
            .setOffloadExecutor(lookUps)
            .build();
    this.resolver = resolvers.newNameResolver(target.uri(), args);
  }

  /// Asks for the pods; they are there when the resolver has answered.
  ///
  /// @param role what they are
  /// @param dial makes a channel to a name; each is closed with this
  /// @param clock measures how long a connection has not been used
  /// @param timer for the resolver
  /// @param lookUps where the resolver may block
  static Discovered open(
      Role role,
      PodTarget target,
      NameResolver.Factory resolvers,
      Function<String, ManagedChannel> dial,
      MonotonicClock clock,
      ScheduledExecutorService timer,
      Executor lookUps) {
    var pods = new Discovered(role, target, resolvers, dial, clock, timer, lookUps);
    pods.changes.execute(() -> pods.resolver.start(pods.new Answers()));
    return pods;
  }

  @Override
  public PodList list() {
    return list;
  }

  @Override
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  @Override
  public Channel channel(String name) {
    return channels.computeIfAbsent(name, n -> new PodChannel(n, role, dial, clock));
  }

  @Override
  public boolean isDown(String name) {
    var known = channels.get(name);
    return known != null && known.isDown();
  }

  /// What is wrong with them, a sentence each.
  List<String> troubles() {
    var listed = list.names();
    if (listed.isEmpty()) {
      return target.equals(PodTarget.NONE)
          ? List.of()
          : List.of("no " + role + " is found at " + target);
    }
    return listed.stream()
        .filter(this::isDown)
        .map(pod -> "the " + role + " " + pod + " is not reached")
        .toList();
  }

  /// To be called now and then: asks the resolver again, tries pods that are down again, lets go of
  /// those long gone.
  void refresh() {
    changes.execute(resolver::refresh);
    var listed = List.copyOf(list.names());
    channels.forEach((name, channel) -> {
      if (!listed.contains(name) && channel.retire(FORGET_AFTER)) {
        channels.remove(name);
      } else {
        channel.retry();
      }
    });
  }

  @Override
  public void close() {
    changes.execute(resolver::shutdown);
    channels.values().forEach(PodChannel::close);
  }

  private final class Answers extends NameResolver.Listener2 {
    @Override
    public void onResult(NameResolver.ResolutionResult result) {
      changes.execute(() -> onResult2(result));
    }

    @Override
    public Status onResult2(NameResolver.ResolutionResult result) {
      var answer = result.getAddressesOrError();
      if (answer.hasValue()) {
        found(answer.getValue());
      } else {
        lost(answer.getStatus());
      }
      return Status.OK;
    }

    @Override
    public void onError(Status error) {
      changes.execute(() -> lost(error));
    }
  }

  private void found(List<EquivalentAddressGroup> groups) {
    var names =
        groups.stream()
            .flatMap(group -> group.getAddresses().stream())
            .filter(address -> address instanceof InetSocketAddress)
            .map(address -> name((InetSocketAddress) address))
            .toList();
    if (names.isEmpty() && !list.names().isEmpty()) {
      lost(Status.UNAVAILABLE.withDescription("no addresses"));
      return;
    }
    failing = false;
    var next = new PodList(names);
    if (!next.equals(list)) {
      list = next;
      LOG.atInfo().addKeyValue("role", role).addKeyValue("pods", next).log("pods found");
      listeners.forEach(Runnable::run);
    }
  }

  private void lost(Status why) {
    if (!failing) {
      LOG.atWarn()
          .addKeyValue("role", role)
          .addKeyValue("why", why.getCode() + ": " + why.getDescription())
          .log("discovery does not answer; the pods known stay");
    }
    failing = true;
  }

  private static String name(InetSocketAddress address) {
    var host =
        address.isUnresolved() ? address.getHostString() : address.getAddress().getHostAddress();
    return new HostPort(host, address.getPort()).toString();
  }

  /// What a name service says beside addresses is nobody's business here.
  private static final class NoServiceConfig extends NameResolver.ServiceConfigParser {
    @Override
    public NameResolver.ConfigOrError parseServiceConfig(Map<String, ?> raw) {
      return NameResolver.ConfigOrError.fromConfig(raw);
    }
  }
}
