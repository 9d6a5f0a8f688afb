package sotto.relay;

import io.grpc.BindableService;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import sotto.account.v1.AccountServiceGrpc;
import sotto.blob.v1.BlobServiceGrpc;
import sotto.chain.DeviceAddress;
import sotto.chat.v1.ChatServiceGrpc;
import sotto.group.v1.GroupServiceGrpc;
import sotto.keys.v1.KeyServiceGrpc;
import sotto.mesh.ForOperators;
import sotto.mesh.MonotonicClock;
import sotto.mesh.NonBlockingService;
import sotto.mesh.Telemetry;
import sotto.relay.append.AppendPipes;
import sotto.relay.call.Detached;
import sotto.relay.edge.Limits;
import sotto.relay.edge.OwnerCalls;
import sotto.relay.edge.PassThrough;
import sotto.relay.edge.TokenGate;
import sotto.relay.edge.TokenKeys;
import sotto.relay.group.FanOut;
import sotto.relay.group.GroupChanges;
import sotto.relay.group.GroupOwners;
import sotto.relay.limit.Admission;
import sotto.relay.mailbox.Mailboxes;
import sotto.relay.pods.Routes;
import sotto.relay.route.PeerService;
import sotto.relay.route.PresencePods;
import sotto.relay.route.Router;
import sotto.relay.route.Watches;
import sotto.relay.stream.AccountWatch;
import sotto.relay.stream.Behind;
import sotto.relay.stream.ConnectService;
import sotto.relay.stream.MissedCheck;
import sotto.relay.stream.RelayAdmin;
import sotto.relay.stream.SealedLimits;
import sotto.relay.stream.SealedStreams;
import sotto.relay.stream.SendLimits;
import sotto.relay.stream.StreamMetrics;
import sotto.relay.stream.Streams;
import sotto.relay.time.Backoff;
import sotto.relay.time.Wheel;
import sotto.relay.time.WheelThread;

/// A relay: the public edge. Its wiring from the store's, presence's and the blob service's
/// channels to what a public server serves.
public final class RelayService implements AutoCloseable {
  /// The methods that work without a token (protocol C2).
  private static final Set<String> OPEN =
      Set.of(
          ChatServiceGrpc.getSendSealedMethod().getFullMethodName(),
          AccountServiceGrpc.getGetServerInfoMethod().getFullMethodName(),
          AccountServiceGrpc.getGetChallengeMethod().getFullMethodName(),
          AccountServiceGrpc.getSignInMethod().getFullMethodName(),
          AccountServiceGrpc.getRegisterMethod().getFullMethodName(),
          AccountServiceGrpc.getAddDeviceMethod().getFullMethodName(),
          AccountServiceGrpc.getGetRecoveryMethod().getFullMethodName(),
          AccountServiceGrpc.getPutSlotMethod().getFullMethodName(),
          AccountServiceGrpc.getGetSlotMethod().getFullMethodName());

  /// The methods that a restore token opens.
  private static final Set<String> RESTORING =
      Set.of(
          BlobServiceGrpc.getLocateMethod().getFullMethodName(),
          BlobServiceGrpc.getDownloadMethod().getFullMethodName());

  private static final Duration UNARY_DEADLINE = Duration.ofSeconds(15);
  // The end of a direct upload of many parts may take an object store a while.
  private static final Duration BLOB_DEADLINE = Duration.ofSeconds(60);
  private static final long FIRST_BACKOFF_MILLIS = 20;
  private static final long LONGEST_BACKOFF_MILLIS = 2_000;

  private static final int PRESENCE_MOVES_PER_SECOND = 20_000;

  // How far behind another relay's list of presence pods may be.
  private static final Duration PRESENCE_LINGER = Duration.ofSeconds(30);

  private final List<BindableService> services;
  private final List<BindableService> internalServices;
  private final Streams streams;
  private final SealedStreams sealed;
  private final StreamMetrics metrics;
  private final AppendPipes pipes;
  private final PresencePods presence;
  private final Router router;
  private final AccountWatch watch;
  private final AutoCloseable wheel;
  private final RandomGenerator random;

  private RelayService(
      RelayConfig config,
      RelayChannels channels,
      Clock clock,
      RandomGenerator random,
      Telemetry telemetry,
      Wheel wheel,
      AutoCloseable wheelEnd) {
    this.random = random;
    this.wheel = wheelEnd;
    var routes = new Routes(channels.stores(), wheel);
    var backoff = new Backoff(FIRST_BACKOFF_MILLIS, LONGEST_BACKOFF_MILLIS, random);
    var mailboxes = new Mailboxes(routes, wheel, backoff, config.helloDeadline().toMillis());
    this.pipes = new AppendPipes(routes, wheel, backoff, config.appendBytes());
    var joint = new Joint();
    this.streams = new Streams(joint::behind);
    this.sealed = new SealedStreams(joint::behind);
    this.metrics = new StreamMetrics(telemetry.meter("relay"));
    this.presence =
        new PresencePods(
            channels.presence(),
            config.name(),
            clock,
            wheel,
            PRESENCE_MOVES_PER_SECOND,
            PRESENCE_LINGER.toMillis(),
            joint);
    var tracer = (config.traceMessages() ? telemetry : Telemetry.none()).tracer("relay");
    var watches = new Watches(presence, mailboxes, wheel);
    this.router =
        new Router(
            config.name(),
            streams,
            presence,
            name -> Optional.of(Detached.of(channels.relays().channel(name))),
            wheel,
            config.locationLife().toMillis(),
            tracer);
    var groups = new GroupOwners(routes, wheel, backoff);
    var fanOut = new FanOut(pipes, router, wheel, backoff);
    joint.behind =
        new Behind(
            streams,
            config,
            clock,
            wheel,
            backoff,
            mailboxes,
            pipes,
            new AtomicLong(),
            groups,
            fanOut,
            presence,
            watches,
            router,
            new SendLimits(config, wheel.clock()),
            new SealedLimits(config, wheel.clock()),
            new Admission(config.hellos(), wheel.clock(), random),
            metrics,
            tracer);

    var missed = new MissedCheck(streams, mailboxes, wheel);
    joint.missed = missed;
    wheel.every(config.missedCheckEvery().toMillis(), missed::run);
    this.watch = new AccountWatch(channels.stores(), missed::run, missed::relayLost, wheel);

    var keys = new TokenKeys(mailboxes::tokenKeys, wheel);
    var gate = new TokenGate(clock, keys, OPEN, RESTORING);
    var limits =
        new Limits(
            Limits.Rates.of(config),
            wheel.clock(),
            account -> {
              missed.run(account);
              router.chainChanged(account);
            });
    var toOwners = new OwnerCalls(routes, limits, wheel, backoff, UNARY_DEADLINE);
    var toBlob = new PassThrough(channels.blob(), limits, BLOB_DEADLINE);
    this.services =
        List.of(
            gated(gate, new ConnectService(streams, sealed).bindService()),
            gated(gate, toOwners.of(AccountServiceGrpc.getServiceDescriptor())),
            gated(gate, toOwners.of(KeyServiceGrpc.getServiceDescriptor())),
            gated(
                gate,
                new GroupChanges(groups, fanOut, limits::takeChange, wheel, UNARY_DEADLINE)
                    .with(toOwners.of(GroupServiceGrpc.getServiceDescriptor()))),
            gated(gate, toBlob.of(BlobServiceGrpc.getServiceDescriptor())));
    this.internalServices = List.of(new PeerService(streams, missed::run, missed::relayLost));
    keys.start();
    presence.start();
  }

  /// Opens a relay; it attaches to presence and asks for the token keys by itself.
  ///
  /// @param config its settings
  /// @param channels to what is behind it; they stay the caller's
  /// @param clock wall time
  /// @param random jitter
  /// @param telemetry where metrics go
  /// @return the relay, with a thread of its own
  public static RelayService open(
      RelayConfig config,
      RelayChannels channels,
      Clock clock,
      RandomGenerator random,
      Telemetry telemetry) {
    var thread = WheelThread.start(MonotonicClock.system());
    var relay =
        new RelayService(config, channels, clock, random, telemetry, thread.wheel(), thread);
    relay.watch.start();
    return relay;
  }

  /// Opens a relay whose time somebody else turns, and that has no thread. It does not hear at once
  /// of accounts that an operator disables or ends.
  ///
  /// @param wheel advanced by one thread
  public static RelayService open(
      RelayConfig config,
      RelayChannels channels,
      Clock clock,
      RandomGenerator random,
      Telemetry telemetry,
      Wheel wheel) {
    return new RelayService(config, channels, clock, random, telemetry, wheel, () -> {});
  }

  /// What the public port serves; checked for tokens already. None of it blocks.
  public List<BindableService> services() {
    return services;
  }

  /// What other relays may call: `PeerService`.
  public List<BindableService> internalServices() {
    return internalServices;
  }

  /// What it has for operators.
  public ForOperators forOperators() {
    return new ForOperators(
        List.of(new RelayAdmin(streams)),
        Map.of(
            "sotto.relay.streams", streams::size,
            "sotto.relay.sends", metrics::sendsAccepted,
            "sotto.relay.deliveries", metrics::deliveriesMade),
        List::of);
  }

  /// Tells every client to reconnect elsewhere and takes no new streams. Those that stay are ended
  /// by [#close].
  ///
  /// @param within the longest delay a client is told to wait, at least 1 ms; each is told a random
  ///   one
  public void drain(Duration within) {
    streams.goAway(Math.toIntExact(within.toMillis()), random);
    sealed.leave();
  }

  /// Whether no stream is left.
  public boolean isDrained() {
    return streams.isEmpty() && sealed.isEmpty();
  }

  /// Ends all streams, the streams to store and presence, and the relay's thread.
  @Override
  public void close() {
    watch.close();
    streams.shutDown();
    sealed.shutDown();
    // What is stored by now and never forwarded is owed too.
    boolean unanswered = !pipes.isIdle();
    boolean owes = router.close() || unanswered;
    presence.close(!owes);
    pipes.close();
    try {
      wheel.close();
    } catch (Exception e) {
      throw new IllegalStateException("the wheel did not stop", e);
    }
  }

  private static BindableService gated(TokenGate gate, ServerServiceDefinition service) {
    var checked = ServerInterceptors.intercept(service, gate);
    return (NonBlockingService) () -> checked;
  }

  /// What is made before the things it passes calls to.
  private static final class Joint implements PresencePods.Listener {
    @SuppressWarnings("NullAway.Init") // set in the constructor above, before anything is started
    private Behind behind;

    @SuppressWarnings("NullAway.Init") // as above
    private MissedCheck missed;

    Behind behind() {
      return behind;
    }

    @Override
    public void displaced(DeviceAddress device, long connectionNumber) {
      behind.streams().displaced(device, connectionNumber);
    }

    @Override
    public void seen(List<Long> watches, boolean online) {
      behind.watches().seen(watches, online);
    }

    @Override
    public void relayLost() {
      missed.relayLost();
    }
  }
}
