package sotto.mesh;

import io.grpc.BindableService;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
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
  // Metadata is a token and a trace context.
  private static final int MAX_HEADERS = 8 << 10;
  // Clients ping every 30 s; faster than every 10 s is abuse.
  private static final int FASTEST_PING_S = 10;
  // Streams opened and reset at once (CVE-2023-44487).
  private static final int MAX_RESETS = 100;
  private static final int MAX_RESETS_PER_S = 10;

  private final NetworkPort port;
  private final EventLoops loops;

  private PublicServer(NetworkPort port, EventLoops loops) {
    this.port = port;
    this.loops = loops;
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
    var loops = EventLoops.open("public");
    try {
      var keys = new AdvancedTlsX509KeyManager();
      renew(keys, identity.get());
      var tls = tls(keys);
      var chain =
          telemetry.chain(
              new FailureInterceptor(), new PeerAddress.Interceptor(), new BoundsInterceptor());
      var port =
          NetworkPort.open(
              "public",
              listen,
              services,
              new NetworkPort.Chain(chain, chain),
              telemetry,
              builder -> {
                limit(builder.sslContext(tls), config);
                var limits =
                    new ConnectionLimits(config, MonotonicClock.system(), telemetry.meter("edge"));
                loops.use(builder, () -> limits);
              });
      var _ =
          loops
              .workers()
              .scheduleAtFixedRate(() -> renewOrWarn(keys, identity), 1, 1, TimeUnit.DAYS);
      LOG.atInfo()
          .addKeyValue("address", port.address())
          .addKeyValue("boringssl", OpenSsl.isAvailable())
          .addKeyValue("epoll", loops.epoll())
          .log("clients can connect");
      return new PublicServer(port, loops);
    } catch (IOException | RuntimeException e) {
      loops.close();
      throw e;
    }
  }

  /// Where it listens.
  ///
  /// @return the host as configured and the real port
  public HostPort address() {
    return port.address();
  }

  /// Tells clients and health checks that it leaves, takes no new calls, waits for those in flight,
  /// cancels the rest. The first call counts.
  ///
  /// @param grace how long calls in flight may take
  public void drain(Duration grace) {
    port.drain(grace);
    loops.close();
  }

  /// [#drain] with a second of grace.
  @Override
  public void close() {
    drain(NetworkPort.CLOSE_GRACE);
  }

  private static void limit(NettyServerBuilder builder, PublicServerConfig config) {
    builder
        .maxInboundMessageSize(config.maxMessageBytes())
        .maxInboundMetadataSize(MAX_HEADERS)
        .flowControlWindow(config.flowControlWindow())
        .maxConcurrentCallsPerConnection(config.maxCallsPerConnection())
        .maxConnectionIdle(config.idle().toMillis(), TimeUnit.MILLISECONDS)
        .handshakeTimeout(config.handshake().toMillis(), TimeUnit.MILLISECONDS)
        .permitKeepAliveTime(FASTEST_PING_S, TimeUnit.SECONDS)
        .permitKeepAliveWithoutCalls(true)
        .maxRstFramesPerWindow(MAX_RESETS, MAX_RESETS / MAX_RESETS_PER_S);
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
}
