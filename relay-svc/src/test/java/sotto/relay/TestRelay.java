package sotto.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.mailbox.v1.GetTokenKeysResponse;
import sotto.mesh.BoundsInterceptor;
import sotto.mesh.FailureInterceptor;
import sotto.mesh.InMemoryTelemetry;
import sotto.mesh.InternalServer;
import sotto.mesh.PodList;
import sotto.mesh.Pods;
import sotto.mesh.Telemetry;
import sotto.peer.v1.ForwardRequest;
import sotto.relay.time.Wheel;

/// Relays in this process over a store and a presence in memory, with a clock that stands still and
/// a wheel that the test turns.
final class TestRelay implements AutoCloseable {
  static final DeviceAddress ALICE = new DeviceAddress(new AccountId(1, 1), DeviceId.FIRST);
  static final DeviceAddress BOB = new DeviceAddress(new AccountId(2, 2), DeviceId.FIRST);
  static final Instant NOW = Instant.parse("2026-03-01T12:03:00Z");

  final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  final StorePods stores;
  // The first pod's.
  final MemoryMailbox mailbox;
  final MemoryPresence presence = new MemoryPresence(events);

  /// What relays forwarded to each other.
  final BlockingQueue<ForwardRequest> forwarded = new LinkedBlockingQueue<>();

  final InMemoryTelemetry telemetry = Telemetry.inMemory();
  final TestTokens tokens = new TestTokens("k1");
  final Wheel wheel = new Wheel(10, 0);
  final RelayService relay;
  final Channel channel;
  private final RelayConfig config;
  private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
  private final Pods presencePods;
  private final ConcurrentHashMap<String, RelayService> relays = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, ManagedChannel> peers = new ConcurrentHashMap<>();
  private final Deque<Runnable> toClose = new ArrayDeque<>();
  private long millis;

  TestRelay() {
    this(RelayConfig.DEFAULTS, List.of());
  }

  /// Over several store pods.
  TestRelay(String... pods) {
    this(RelayConfig.DEFAULTS, List.of(), List.of(pods));
  }

  TestRelay(RelayConfig config, List<BindableService> besideTheMailbox) {
    this(config, besideTheMailbox, List.of("store"));
  }

  TestRelay(RelayConfig config, List<BindableService> besideTheMailbox, List<String> pods) {
    this(config, besideTheMailbox, pods, Optional.empty());
  }

  /// Over other presence pods than [#presence].
  TestRelay(Pods presencePods) {
    this(RelayConfig.DEFAULTS, List.of(), List.of("store"), Optional.of(presencePods));
  }

  private TestRelay(
      RelayConfig config,
      List<BindableService> besideTheMailbox,
      List<String> pods,
      Optional<Pods> otherPresence) {
    this.config = config;
    stores = new StorePods(events, pods, besideTheMailbox);
    toClose.push(stores::close);
    mailbox = stores.mailbox(pods.getFirst());
    var keys = GetTokenKeysResponse.newBuilder().addKeys(tokens.publicKey()).build();
    pods.forEach(pod -> stores.mailbox(pod).tokenKeys(keys));
    presencePods = otherPresence.orElseGet(() -> Pods.one("presence", internal(List.of(presence))));
    relay = openRelay(config, stores);
    channel = publicChannel(relay);
    await(() -> events.contains("keys"));
  }

  private RelayService openRelay(RelayConfig with, Pods storePods) {
    var opened =
        RelayService.open(
            with,
            new RelayChannels(
                storePods,
                presencePods,
                stores.channel(stores.list().names().getFirst()),
                relays()),
            clock,
            new Random(1),
            telemetry.telemetry(),
            wheel);
    toClose.push(opened::close);
    relays.put(with.name(), opened);
    peers.put(with.name(), internal(watched(opened.internalServices())));
    return opened;
  }

  private List<BindableService> watched(List<BindableService> services) {
    return services.stream()
        .<BindableService>map(service -> () -> ServerInterceptors.intercept(service, new Watched()))
        .toList();
  }

  /// Notes what relays forward to each other.
  private final class Watched implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
        @Override
        public void onMessage(Q message) {
          if (message instanceof ForwardRequest forwards) {
            forwarded.add(forwards);
          }
          super.onMessage(message);
        }
      };
    }
  }

  /// Breaks every stream to a relay from its peers; later ones arrive.
  void breakPeerStreams(String name) {
    var to = Objects.requireNonNull(relays.get(name));
    Optional.ofNullable(peers.put(name, internal(to.internalServices())))
        .ifPresent(ManagedChannel::shutdownNow);
  }

  /// Ends a relay in order.
  void closeRelay(String name) {
    Objects.requireNonNull(relays.get(name)).close();
  }

  private Pods relays() {
    return new Pods() {
      @Override
      public PodList list() {
        return new PodList(peers.keySet());
      }

      @Override
      public void onChange(Runnable listener) {}

      @Override
      public Channel channel(String name) {
        return new NamedChannel(name, () -> Optional.ofNullable(peers.get(name)));
      }

      @Override
      public boolean isDown(String name) {
        return !peers.containsKey(name);
      }
    };
  }

  /// Another relay over the same store and presence.
  Channel secondRelay(RelayConfig with) {
    return secondRelay(with, stores);
  }

  /// Another relay that sees other store pods.
  Channel secondRelay(RelayConfig with, Pods storePods) {
    return publicChannel(openRelay(with, storePods));
  }

  private ManagedChannel internal(List<BindableService> services) {
    var server = InternalServer.start(UUID.randomUUID().toString(), services, Telemetry.none());
    toClose.push(server::close);
    var made = server.newChannel();
    toClose.push(made::shutdownNow);
    return made;
  }

  private Channel publicChannel(RelayService of) {
    String name = UUID.randomUUID().toString();
    var builder = InProcessServerBuilder.forName(name).directExecutor();
    for (var service : of.services()) {
      builder.addService(
          ServerInterceptors.interceptForward(
              service.bindService(), new FailureInterceptor(), new BoundsInterceptor()));
    }
    try {
      Server server = builder.build().start();
      toClose.push(server::shutdownNow);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    var made = InProcessChannelBuilder.forName(name).build();
    toClose.push(made::shutdownNow);
    return made;
  }

  RelayConfig config() {
    return config;
  }

  String token(DeviceAddress device) {
    return tokens.token(device, NOW.plusSeconds(600));
  }

  TestClient client(DeviceAddress device) {
    return new TestClient(channel, device, token(device), false);
  }

  TestClient client(Channel relayChannel, DeviceAddress device) {
    return new TestClient(relayChannel, device, token(device), false);
  }

  TestClient slowClient(DeviceAddress device) {
    return new TestClient(channel, device, token(device), true);
  }

  void advance(Duration by) {
    millis += by.toMillis();
    wheel.advanceTo(millis);
  }

  /// Turns the wheel in small steps until something holds.
  void advanceUntil(Duration step, BooleanSupplier condition) {
    await(() -> {
      advance(step);
      return condition.getAsBoolean();
    });
  }

  static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(TestClient.WAIT_SECONDS);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
  }

  static <T> T take(BlockingQueue<T> queue) {
    try {
      var next = queue.poll(TestClient.WAIT_SECONDS, TimeUnit.SECONDS);
      assertThat(next).as("nothing came").isNotNull();
      return Objects.requireNonNull(next);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  long count(String event) {
    return events.stream().filter(event::equals).count();
  }

  @Override
  public void close() {
    while (!toClose.isEmpty()) {
      toClose.pop().run();
    }
  }
}
