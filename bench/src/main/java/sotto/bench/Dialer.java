package sotto.bench;

import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import sotto.bench.measure.Handshakes;

/// Opens connections to servers that show certificates of one authority. All share two threads.
final class Dialer implements AutoCloseable {
  /// What a server must be told to take thousands of accounts and streams of one address.
  static final Map<String, String> WIDE =
      Map.ofEntries(
          Map.entry("SOTTO_RELAY_ADDRESS_CALLS", "1000000/1s"),
          Map.entry("SOTTO_RELAY_CALLS", "1000000/1s"),
          Map.entry("SOTTO_RELAY_REGISTRATIONS", "1000000/1s"),
          Map.entry("SOTTO_RELAY_HELLOS", "100000/1s"),
          Map.entry("SOTTO_RELAY_SENDS_PER_DEVICE", "1000000/1s"),
          Map.entry("SOTTO_RELAY_SEALED_PER_ADDRESS", "1000000/1s"),
          Map.entry("SOTTO_RELAY_SEALED_STREAMS_PER_ADDRESS", "100000"),
          Map.entry("SOTTO_RELAY_GROUP_RECIPIENTS_PER_DEVICE", "1000000/1s"),
          Map.entry("SOTTO_EDGE_MAX_CALLS_PER_CONNECTION", "64"),
          Map.entry("SOTTO_EDGE_MAX_CONNECTIONS_PER_ADDRESS", "100000"));

  private final SslContext tls;
  private final Handshakes handshakes = new Handshakes();
  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          2, new DefaultThreadFactory("bench-net", true), NioIoHandler.newFactory());

  private Dialer(SslContext tls) {
    this.tls = tls;
  }

  /// Trusts an authority's certificate, PEM.
  static Dialer trusting(Path ca) throws IOException {
    return new Dialer(GrpcSslContexts.forClient().trustManager(ca.toFile()).build());
  }

  /// Trusts those that the Java platform trusts.
  static Dialer trustingMany() throws IOException {
    return new Dialer(GrpcSslContexts.forClient().build());
  }

  /// A new connection to a server, which is made with the first call.
  ///
  /// @param address `HOST:PORT`
  ManagedChannel channel(String address) {
    int colon = address.lastIndexOf(':');
    return NettyChannelBuilder.forAddress(
            address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)))
        .eventLoopGroup(loop)
        .channelFactory(this::watched)
        .sslContext(tls)
        .directExecutor()
        .disableRetry()
        .disableServiceConfigLookUp()
        .flowControlWindow(1 << 18)
        .build();
  }

  private Channel watched() {
    Channel channel = new NioSocketChannel();
    channel.pipeline().addFirst(handshakes.watch());
    return channel;
  }

  /// Those of all its connections.
  Handshakes handshakes() {
    return handshakes;
  }

  @Override
  public void close() {
    var _ = loop.shutdownGracefully();
  }
}
