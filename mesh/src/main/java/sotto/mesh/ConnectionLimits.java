package sotto.mesh;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Stands at the accepting socket of the public port and closes what is too much before it costs a
/// TLS handshake: connections in all and from one address, and handshakes in a time.
///
/// What is closed here cannot be told why; clients come back with back-off. Thread-safe, without
/// locks: connections are accepted on one thread and end on others.
@Sharable
final class ConnectionLimits extends ChannelInboundHandlerAdapter {
  private final int most;
  private final int mostPerAddress;
  private final TokenBucket handshakes;
  private final LongCounter refused;
  private final AtomicInteger open = new AtomicInteger();
  private final ConcurrentHashMap<PeerAddress, Integer> byAddress = new ConcurrentHashMap<>();

  /// None open.
  ///
  /// @param config the limits
  /// @param clock measures the refill
  /// @param meter counts what is closed
  ConnectionLimits(PublicServerConfig config, MonotonicClock clock, Meter meter) {
    this.most = config.maxConnections();
    this.mostPerAddress = config.maxConnectionsPerAddress();
    this.handshakes = new TokenBucket(config.handshakes(), clock);
    this.refused =
        meter
            .counterBuilder("sotto.edge.refused")
            .setDescription("Connections of clients closed before their handshake, by the limits")
            .setUnit("{connection}")
            .build();
    refused.add(0);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object accepted) {
    if (accepted instanceof Channel connection) {
      var from = address(connection);
      if (!take(from)) {
        refused.add(1);
        connection.unsafe().closeForcibly();
        return;
      }
      var _ = connection.closeFuture().addListener(_ -> give(from));
    }
    context.fireChannelRead(accepted);
  }

  private static Optional<PeerAddress> address(Channel connection) {
    return connection.remoteAddress() instanceof InetSocketAddress remote
        ? Optional.of(PeerAddress.of(remote.getAddress()))
        : Optional.empty();
  }

  /// Takes a connection's place.
  boolean take(Optional<PeerAddress> from) {
    int ofAddress = from.map(address -> byAddress.merge(address, 1, Integer::sum)).orElse(1);
    boolean fits = open.incrementAndGet() <= most && ofAddress <= mostPerAddress;
    if (fits && handshakes.take(1) instanceof Permit.Granted) {
      return true;
    }
    give(from);
    return false;
  }

  /// Gives a place back.
  void give(Optional<PeerAddress> from) {
    open.decrementAndGet();
    from.ifPresent(address -> byAddress.computeIfPresent(address, (_, n) -> n == 1 ? null : n - 1));
  }
}
