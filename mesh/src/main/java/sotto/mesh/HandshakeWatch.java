package sotto.mesh;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// Sees what becomes of a connection's TLS handshake, which gRPC tells nobody: reports a refusal,
/// and ends a handshake that takes too long.
///
/// It stands first in the pipeline until bytes arrive and then moves behind the TLS handler, which
/// is not there before. A client hears only after its own handshake that its certificate is refused
/// (RFC 8446, 4.4.2.4), so exceptions are looked at as long as the connection lives.
final class HandshakeWatch extends ChannelInboundHandlerAdapter {
  private final Refusals refusals;
  private final Function<Channel, String> address;
  private final Duration limit;
  private boolean finished;

  private HandshakeWatch(Refusals refusals, Function<Channel, String> address, Duration limit) {
    this.refusals = refusals;
    this.address = address;
    this.limit = limit;
  }

  /// For a connection that this process opens.
  ///
  /// @param pod what is dialled
  /// @param limit how long the handshake may take
  static ChannelHandler dialling(Refusals refusals, String pod, Duration limit) {
    return new HandshakeWatch(refusals, _ -> pod, limit);
  }

  /// For the socket that accepts connections: each gets a watch.
  static ChannelHandler accepting(Refusals refusals, Duration limit) {
    return new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext context, Object accepted) {
        if (accepted instanceof Channel connection) {
          connection
              .pipeline()
              .addLast(new HandshakeWatch(refusals, c -> String.valueOf(c.remoteAddress()), limit));
        }
        context.fireChannelRead(accepted);
      }
    };
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    var _ =
        context
            .executor()
            .schedule(() -> giveUp(context.channel()), limit.toMillis(), TimeUnit.MILLISECONDS);
    context.fireChannelActive();
  }

  private void giveUp(Channel channel) {
    if (!finished) {
      var _ = channel.close();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object bytes) {
    var tls = context.pipeline().context(SslHandler.class);
    if (tls != null) {
      context.pipeline().addAfter(tls.name(), null, new Behind());
      context.pipeline().remove(this);
    }
    context.fireChannelRead(bytes);
  }

  private final class Behind extends ChannelInboundHandlerAdapter {
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof SslHandshakeCompletionEvent handshake) {
        finished = true;
        if (!handshake.isSuccess()) {
          report(context, handshake.cause());
        }
      }
      context.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      report(context, cause);
      context.fireExceptionCaught(cause);
    }

    private void report(ChannelHandlerContext context, Throwable cause) {
      Refusal.of(cause).ifPresent(r -> refusals.connection(address.apply(context.channel()), r));
    }
  }
}
