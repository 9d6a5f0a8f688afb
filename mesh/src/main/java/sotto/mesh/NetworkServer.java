package sotto.mesh;

import io.grpc.BindableService;
import io.grpc.netty.NettyServerBuilder;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A service's internal server on a TCP port: what [InternalServer] is inside a process, over
/// mutual TLS 1.3. Who calls is known from its certificate and held to the [CallTable].
///
/// Threads: as [PublicServer].
public final class NetworkServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NetworkServer.class);
  static final int MAX_MESSAGE = 16 << 20;
  // Others ask whether this process is there, as often as they are told to.
  private static final int FASTEST_PING_S = 1;

  private final NetworkPort port;

  private NetworkServer(NetworkPort port) {
    this.port = port;
  }

  static NetworkServer start(
      MeshIdentity identity,
      MeshConfig config,
      EventLoops loops,
      Refusals refusals,
      List<? extends BindableService> services,
      Telemetry telemetry)
      throws IOException {
    var role = identity.name().role();
    var peers = new MeshPeers(role, refusals);
    var tls = identity.serverTls();
    var port =
        NetworkPort.open(
            role.toString(),
            config.listen(),
            services,
            new NetworkPort.Chain(
                telemetry.chain(
                    new Audit(),
                    new FailureInterceptor(),
                    peers,
                    new CallerInterceptor(),
                    new BoundsInterceptor()),
                telemetry.chain(new FailureInterceptor(), new BoundsInterceptor())),
            telemetry,
            builder -> {
              limit(builder.addTransportFilter(peers), tls, config);
              loops.use(builder, () -> HandshakeWatch.accepting(refusals, config.connect()));
            });
    LOG.atDebug()
        .addKeyValue("address", port.address())
        .addKeyValue("name", identity.name())
        .log("the mesh can connect");
    return new NetworkServer(port);
  }

  /// Where it listens.
  ///
  /// @return the host as configured and the real port
  public HostPort address() {
    return port.address();
  }

  /// Tells peers and health checks that it leaves, takes no new calls, waits for those in flight,
  /// cancels the rest. The first call counts.
  ///
  /// @param grace how long calls in flight may take
  public void drain(Duration grace) {
    port.drain(grace);
  }

  /// [#drain] with a second of grace.
  @Override
  public void close() {
    port.close();
  }

  private static void limit(NettyServerBuilder builder, SslContext tls, MeshConfig config) {
    builder
        .sslContext(tls)
        .maxInboundMessageSize(MAX_MESSAGE)
        .handshakeTimeout(config.connect().toMillis(), TimeUnit.MILLISECONDS)
        .keepAliveTime(config.keepAlive().toMillis(), TimeUnit.MILLISECONDS)
        .keepAliveTimeout(config.keepAliveTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .permitKeepAliveTime(FASTEST_PING_S, TimeUnit.SECONDS)
        .permitKeepAliveWithoutCalls(true);
  }
}
