package sotto.client.internal.net;

import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import sotto.client.ServerAddress;
import sotto.client.SottoException;

/// Dials over TLS with the JDK's own implementation, which starts faster than a native one. The
/// server's certificate is always checked, its name included. An address that does not answer
/// within five seconds is given up.
///
/// Who comes back to a server goes on with the TLS session of before (RFC 8446 §2.2), which spares
/// both sides the certificate. A server knows such a session again. Thread-safe.
public final class TlsDialer implements Dialer {
  private static final int MAX_MESSAGE = 2 * 1024 * 1024;
  private static final long CLOSE_MILLIS = 250;
  // Two lost packets of three; where packets vanish, the next address is tried.
  private static final int CONNECT_MILLIS = 5_000;

  // A context holds the sessions that can be resumed. Few: a home has one server.
  private final Map<ServerAddress, SslContext> contexts = new ConcurrentHashMap<>();

  /// Loads TLS: makes the first flight of a handshake, which goes nowhere.
  public static void load() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[0], new TrustManager[0], null);
      SSLEngine engine = context.createSSLEngine();
      engine.setUseClientMode(true);
      engine.wrap(
          ByteBuffer.allocate(0), ByteBuffer.allocate(engine.getSession().getPacketBufferSize()));
    } catch (GeneralSecurityException | SSLException e) {
      // Whoever connects will hear of it.
    }
  }

  @Override
  public Dialer apart() {
    return new TlsDialer();
  }

  @Override
  public Wire dial(ServerAddress server) {
    SslContext tls = contexts.computeIfAbsent(server, TlsDialer::tls);
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("sotto-net", true), NioIoHandler.newFactory());
    OpenCalls calls = new OpenCalls();
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(server.host(), server.port())
            .eventLoopGroup(loop)
            .channelType(NioSocketChannel.class)
            .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
            .sslContext(tls)
            .directExecutor()
            .intercept(calls)
            .disableRetry()
            .disableServiceConfigLookUp()
            .maxInboundMessageSize(MAX_MESSAGE)
            .build();
    return new NettyWire(channel, calls, loop);
  }

  private static SslContext tls(ServerAddress server) {
    try {
      SslContextBuilder builder =
          GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK);
      if (server.trustedCa().isPresent()) {
        byte[] pem = server.trustedCa().get().getBytes(StandardCharsets.US_ASCII);
        builder.trustManager(new ByteArrayInputStream(pem));
      }
      return builder.build();
    } catch (IllegalArgumentException | SSLException e) {
      throw SottoException.of(
          SottoException.Code.INVALID_INPUT, "The trusted CA cannot be read as a certificate.", e);
    }
  }

  private record NettyWire(ManagedChannel channel, OpenCalls calls, EventLoopGroup loop)
      implements Wire {
    @Override
    public void close() {
      channel.shutdownNow();
      try {
        if (channel.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS)
            && calls.awaitEnd(CLOSE_MILLIS)) {
          // A thread left in the selector would delay the JVM's exit.
          loop.shutdownGracefully(0, CLOSE_MILLIS, TimeUnit.MILLISECONDS)
              .await(2 * CLOSE_MILLIS, TimeUnit.MILLISECONDS);
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      // By itself, once nobody has written for two seconds.
      var _ = loop.shutdownGracefully();
    }
  }
}
