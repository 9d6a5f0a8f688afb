package sotto.relay.route;

import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import sotto.mesh.PodList;
import sotto.mesh.Pods;
import sotto.mesh.testing.HandClock;
import sotto.presence.PresenceConfig;
import sotto.presence.SteppedPresence;
import sotto.relay.time.Wheel;

/// Real presence pods and one wheel in the test's thread: nothing happens but in [#settle] and
/// [#pass]. Pods die and come back empty; the way from one relay to one pod can be cut.
final class PodsWorld implements AutoCloseable {
  private static final Duration STEP = Duration.ofMillis(50);
  private static final Duration TICK = PresenceConfig.DEFAULT.tick();

  final HandClock clock = new HandClock();
  final Wheel wheel = new Wheel(10, 0);
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final Map<String, Pod> pods = new LinkedHashMap<>();
  private final List<View> views = new ArrayList<>();
  private long millis;

  PodsWorld(String... names) {
    for (String name : names) {
      start(name);
    }
    pass(PresenceConfig.DEFAULT.leaseLife().plus(TICK));
  }

  private final class Pod {
    final SteppedPresence presence =
        SteppedPresence.open(PresenceConfig.DEFAULT, clock, new Random(7), tasks::add);
    final String address = UUID.randomUUID().toString();
    final Server server;

    Pod() {
      var builder = InProcessServerBuilder.forName(address).directExecutor();
      for (BindableService service : presence.services()) {
        builder.addService(service);
      }
      try {
        server = builder.build().start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /// A pod starts, empty.
  void start(String name) {
    pods.put(name, new Pod());
  }

  /// A pod dies.
  void kill(String name) {
    var dead = pods.remove(name);
    views.forEach(view -> view.drop(name));
    if (dead != null) {
      dead.server.shutdownNow();
    }
    settle();
  }

  boolean isUp(String name) {
    return pods.containsKey(name);
  }

  /// Registered devices.
  long devices(String pod) {
    return Optional.ofNullable(pods.get(pod)).map(p -> p.presence.devices()).orElse(0L);
  }

  /// How one relay sees the pods.
  View view(String... list) {
    var view = new View(new PodList(List.of(list)));
    views.add(view);
    return view;
  }

  /// Lets happen what needs no time.
  void settle() {
    while (!tasks.isEmpty()) {
      tasks.removeFirst().run();
    }
  }

  void pass(Duration time) {
    for (var left = time; left.isPositive(); left = left.minus(STEP)) {
      clock.pass(STEP);
      millis += STEP.toMillis();
      wheel.advanceTo(millis);
      settle();
      if (millis % TICK.toMillis() == 0) {
        pods.values().forEach(pod -> pod.presence.tick());
        settle();
      }
    }
  }

  /// Time passes for one pod only.
  void passAt(String pod, Duration time) {
    for (var left = time; left.isPositive(); left = left.minus(TICK)) {
      clock.pass(TICK);
      Objects.requireNonNull(pods.get(pod)).presence.tick();
      settle();
    }
  }

  @Override
  public void close() {
    views.forEach(View::close);
    pods.values().forEach(pod -> pod.server.shutdownNow());
  }

  /// One relay's list of the pods, and its ways to them.
  final class View implements Pods {
    private final Map<String, ManagedChannel> ways = new HashMap<>();
    private final List<String> cut = new ArrayList<>();
    private final List<Runnable> listeners = new ArrayList<>();
    private PodList list;

    View(PodList list) {
      this.list = list;
    }

    void list(Collection<String> names) {
      list = new PodList(names);
      listeners.forEach(Runnable::run);
      settle();
    }

    /// What is under way breaks, and no call arrives until [#mend].
    void cut(String pod) {
      cut.add(pod);
      drop(pod);
      settle();
    }

    void mend(String pod) {
      cut.remove(pod);
    }

    /// What is under way breaks.
    void drop(String pod) {
      Optional.ofNullable(ways.remove(pod)).ifPresent(ManagedChannel::shutdownNow);
    }

    private void close() {
      ways.values().forEach(ManagedChannel::shutdownNow);
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
    public boolean isDown(String name) {
      return false;
    }

    @Override
    public Channel channel(String name) {
      return new Channel() {
        @Override
        public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
          var pod = pods.get(name);
          if (pod == null || cut.contains(name)) {
            return Pods.none().channel(name).newCall(method, options);
          }
          return ways.computeIfAbsent(
                  name, _ -> InProcessChannelBuilder.forName(pod.address).directExecutor().build())
              .newCall(method, options);
        }

        @Override
        public String authority() {
          return name;
        }
      };
    }
  }
}
