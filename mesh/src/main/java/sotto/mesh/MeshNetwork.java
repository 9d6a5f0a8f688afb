package sotto.mesh;

import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.NameResolver;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/// One process's part in the mesh: who it is, its internal server, and its ways to the pods of
/// other services, all over mutual TLS 1.3.
///
/// Threads: `mesh-timer` (reads files and retries; never blocks for long), `mesh-io-*` (the
/// network), virtual threads for callbacks, as [Channels] has them. To be opened and closed by one
/// thread.
public final class MeshNetwork implements AutoCloseable {
  private final MeshConfig config;
  private final MeshIdentity identity;
  private final ScheduledExecutorService timer;
  private final Telemetry telemetry;
  private final MonotonicClock clock = MonotonicClock.system();
  private final Refusals refusals;
  private final EventLoops loops = EventLoops.open("mesh");
  private final List<Discovered> found = new ArrayList<>();

  private MeshNetwork(
      MeshConfig config,
      MeshIdentity identity,
      ScheduledExecutorService timer,
      Telemetry telemetry) {
    this.config = config;
    this.identity = identity;
    this.timer = timer;
    this.telemetry = telemetry;
    this.refusals = new Refusals(clock, telemetry.meter("mesh"));
  }

  /// Reads who this process is.
  ///
  /// @param config files and times
  /// @param own what it is; a certificate of another role is refused
  /// @param clock wall time, for what is said of certificates
  /// @param telemetry where traces and metrics go
  /// @throws IOException naming the file and what is wrong with it
  public static MeshNetwork open(MeshConfig config, Role own, Clock clock, Telemetry telemetry)
      throws IOException {
    var timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("mesh-timer").factory());
    return open(config, own, clock, telemetry, timer);
  }

  /// With a timer of the caller's, which is shut down with this.
  static MeshNetwork open(
      MeshConfig config, Role own, Clock clock, Telemetry telemetry, ScheduledExecutorService timer)
      throws IOException {
    try {
      var identity = MeshIdentity.open(config, own, clock, timer);
      return new MeshNetwork(config, identity, timer, telemetry);
    } catch (IOException | RuntimeException e) {
      timer.shutdownNow();
      throw e;
    }
  }

  /// Starts the internal server.
  ///
  /// @param services what the others may call
  /// @return the running server; close it before this
  /// @throws IOException if the port cannot be had
  public NetworkServer serve(List<? extends BindableService> services) throws IOException {
    return NetworkServer.start(identity, config, loops, refusals, services, telemetry);
  }

  /// Who this process is, as its certificate said when it started.
  public MeshName name() {
    return identity.name();
  }

  /// What this process lacks of the others: a service of which it knows no pod, and pods that it
  /// does not reach. A sentence each.
  public List<String> troubles() {
    return found.stream().flatMap(pods -> pods.troubles().stream()).toList();
  }

  /// The pods of a service. Closed with this.
  ///
  /// @param role what they are; a server that is something else is refused
  /// @param target where they are found
  public Pods pods(Role role, PodTarget target) {
    return pods(role, target, StaticNames.andGrpcs());
  }

  Pods pods(Role role, PodTarget target, NameResolver.Factory resolvers) {
    var tls = clientTls(role);
    var pods =
        Discovered.open(
            role, target, resolvers, name -> dial(name, tls), clock, timer, Channels.callbacks());
    found.add(pods);
    var every = config.refresh().toMillis();
    var _ = timer.scheduleWithFixedDelay(pods::refresh, every, every, TimeUnit.MILLISECONDS);
    return pods;
  }

  /// One channel over all pods of a service, for calls that any of them can answer.
  ///
  /// @param pods as made by [#pods]
  public static Channel anyOf(Pods pods) {
    return new RoundRobin(pods);
  }

  /// The same, where the calls of an account go to one pod as long as the pods are the same: the
  /// one that it has by rendezvous, or the next that is not down. The account is that of the
  /// [Caller] for whom a call is made.
  ///
  /// @param pods as made by [#pods]
  public static Channel oneForAccount(Pods pods) {
    return new OfAccount(pods);
  }

  /// Why a call has not reached a pod, where one side refused the other.
  ///
  /// @param thrown what the call threw
  /// @return a sentence without its subject; empty if nobody refused
  public static Optional<String> refusal(Throwable thrown) {
    return Refusal.of(thrown)
        .map(r -> (r.byPeer() ? "refuses this certificate: " : "is refused: ") + r.why());
  }

  private SslContext clientTls(Role server) {
    try {
      return identity.clientTls(server);
    } catch (SSLException e) {
      throw new IllegalStateException("TLS cannot be set up", e);
    }
  }

  private ManagedChannel dial(String name, SslContext tls) {
    var to = HostPort.parse(name);
    var builder =
        NettyChannelBuilder.forAddress(to.host(), to.port())
            .sslContext(tls)
            .executor(Channels.callbacks())
            .proxyDetector(_ -> null)
            .disableServiceConfigLookUp()
            .maxInboundMessageSize(NetworkServer.MAX_MESSAGE)
            .idleTimeout(Discovered.FORGET_AFTER.toMinutes(), TimeUnit.MINUTES)
            .keepAliveTime(config.keepAlive().toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTimeout(config.keepAliveTimeout().toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveWithoutCalls(true)
            .withOption(
                ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(config.connect().toMillis()))
            .intercept(new DefaultDeadline(Channels.DEADLINE), new RefusedCalls(refusals, name));
    loops.use(builder, () -> HandshakeWatch.dialling(refusals, name, config.connect()));
    telemetry.instrument(builder);
    return builder.build();
  }

  /// Ends the connections of this process and lets go of its files.
  @Override
  public void close() {
    found.forEach(Discovered::close);
    timer.shutdownNow();
    identity.close();
    loops.close();
  }
}
