package sotto.mesh;

import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The port that clients reach: gRPC over TLS 1.3, with limits on what a stranger can make it hold.
///
/// Beside the services given it answers `grpc.health.v1.Health/Check`, and nothing else. The
/// certificate is asked for anew every day, so that a server that runs for years never shows an old
/// one.
///
/// Threads: a [NonBlockingService] is called on the network's threads, any other on virtual
/// threads; the callbacks of one call come one after the other.
public final class PublicServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PublicServer.class);
  private static final Duration CLOSE_GRACE = Duration.ofSeconds(1);
  // Metadata is a token and a trace context.
  private static final int MAX_HEADERS = 8 << 10;
  // Clients ping every 30 s; faster than every 10 s is abuse.
  private static final int FASTEST_PING_S = 10;
  // Streams opened and reset at once (CVE-2023-44487).
  private static final int MAX_RESETS = 100;
  private static final int MAX_RESETS_PER_S = 10;

  private final Server server;
  private final HostPort address;
  private final HealthStatusManager health;
  private final EventLoops loops;
  private final ExecutorService blocking;
  private final AtomicBoolean drained = new AtomicBoolean();

  private PublicServer(
      Server server,
      HostPort address,
      HealthStatusManager health,
      EventLoops loops,
      ExecutorService blocking) {
    this.server = server;
    this.address = address;
    this.health = health;
    this.loops = loops;
    this.blocking = blocking;
  }

  /// Opens the port; clients are served from here on.
  ///
  /// @param listen where; port 0 takes a free one
  /// @param config how much
  /// @param identity gives the server's certificate; asked once a day, on a network thread
  /// @param services what is served
  /// @param telemetry where traces and metrics go
  /// @return the running server
  /// @throws IOException if the port cannot be had
  public static PublicServer start(
      HostPort listen,
      PublicServerConfig config,
      Supplier<ServerIdentity> identity,
      List<? extends BindableService> services,
      Telemetry telemetry)
      throws IOException {
    var loops = EventLoops.open();
    var blocking =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("public-", 0).factory());
    try {
      var keys = new AdvancedTlsX509KeyManager();
      renew(keys, identity.get());
      var health = new HealthStatusManager();
      var builder = builder(listen, config, tls(keys), loops);
      builder.callExecutor(new Threads(nonBlocking(services), blocking));
      telemetry.instrument(builder);
      for (var service : services) {
        builder.addService(chained(service.bindService(), telemetry));
      }
      builder.addService(chained(checkOnly(health), telemetry));
      var server = builder.build().start();
      var _ =
          loops
              .workers()
              .scheduleAtFixedRate(() -> renewOrWarn(keys, identity), 1, 1, TimeUnit.DAYS);
      var address = new HostPort(listen.host(), server.getPort());
      LOG.atInfo()
          .addKeyValue("address", address)
          .addKeyValue("boringssl", OpenSsl.isAvailable())
          .addKeyValue("epoll", loops.epoll())
          .log("clients can connect");
      return new PublicServer(server, address, health, loops, blocking);
    } catch (IOException | RuntimeException e) {
      loops.close();
      blocking.shutdownNow();
      throw e;
    }
  }

  /// Where it listens.
  ///
  /// @return the host as configured and the real port
  public HostPort address() {
    return address;
  }

  /// Tells clients and health checks that it leaves, takes no new calls, waits for those in flight,
  /// cancels the rest. The first call counts.
  ///
  /// @param grace how long calls in flight may take
  public void drain(Duration grace) {
    if (!drained.compareAndSet(false, true)) {
      return;
    }
    health.enterTerminalState();
    server.shutdown();
    try {
      if (!server.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
        server.awaitTermination(CLOSE_GRACE.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    blocking.shutdownNow();
    loops.close();
  }

  /// [#drain] with a second of grace.
  @Override
  public void close() {
    drain(CLOSE_GRACE);
  }

  private static NettyServerBuilder builder(
      HostPort listen, PublicServerConfig config, SslContext tls, EventLoops loops) {
    var builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(listen.host(), listen.port()))
            .sslContext(tls)
            .directExecutor()
            .maxInboundMessageSize(config.maxMessageBytes())
            .maxInboundMetadataSize(MAX_HEADERS)
            .flowControlWindow(config.flowControlWindow())
            .maxConcurrentCallsPerConnection(config.maxCallsPerConnection())
            .maxConnectionIdle(config.idle().toMillis(), TimeUnit.MILLISECONDS)
            .handshakeTimeout(config.handshake().toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveTime(FASTEST_PING_S, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .maxRstFramesPerWindow(MAX_RESETS, MAX_RESETS / MAX_RESETS_PER_S)
            .fallbackHandlerRegistry(new NotServed());
    loops.use(builder);
    return builder;
  }

  private static ServerServiceDefinition chained(
      ServerServiceDefinition service, Telemetry telemetry) {
    return ServerInterceptors.interceptForward(
        Unreadable.instead(service),
        telemetry.chain(
            new FailureInterceptor(), new PeerAddress.Interceptor(), new BoundsInterceptor()));
  }

  /// Health checks without `Watch`, which would let a stranger hold calls open.
  private static ServerServiceDefinition checkOnly(HealthStatusManager health) {
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.SERVING);
    var check = HealthGrpc.getCheckMethod().getFullMethodName();
    var whole = health.getHealthService().bindService();
    return ServerServiceDefinition.builder(HealthGrpc.SERVICE_NAME)
        .addMethod(whole.getMethod(check))
        .build();
  }

  private static Set<String> nonBlocking(List<? extends BindableService> services) {
    return services.stream()
        .filter(s -> s instanceof NonBlockingService)
        .map(s -> s.bindService().getServiceDescriptor().getName())
        .collect(Collectors.toUnmodifiableSet());
  }

  private static SslContext tls(AdvancedTlsX509KeyManager keys) throws SSLException {
    // BoringSSL uses half the memory of the JDK's engine; where its library is not there, the JDK's
    // serves as well.
    var provider = OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
    return GrpcSslContexts.configure(SslContextBuilder.forServer(keys), provider)
        .protocols("TLSv1.3")
        .build();
  }

  private static void renew(AdvancedTlsX509KeyManager keys, ServerIdentity identity) {
    keys.updateIdentityCredentials(
        identity.chain().toArray(X509Certificate[]::new), identity.key());
  }

  private static void renewOrWarn(
      AdvancedTlsX509KeyManager keys, Supplier<ServerIdentity> identity) {
    try {
      renew(keys, identity.get());
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("the server certificate could not be renewed");
    }
  }

  /// Chooses the threads of a call; null = the network's.
  private record Threads(Set<String> nonBlocking, ExecutorService blocking)
      implements ServerCallExecutorSupplier {
    @Override
    public <Q, R> @Nullable Executor getExecutor(ServerCall<Q, R> call, Metadata headers) {
      var service = call.getMethodDescriptor().getServiceName();
      return service != null && nonBlocking.contains(service) ? null : blocking;
    }
  }
}
