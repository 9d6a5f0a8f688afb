package sotto.mesh;

import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/// The network's threads of one server: one that accepts and one a core that reads and writes;
/// epoll where it is there.
record EventLoops(EventLoopGroup boss, EventLoopGroup workers, boolean epoll)
    implements AutoCloseable {
  // Dead peers are found by the kernel, which costs an idle connection no timer of ours: after two
  // minutes of silence it
  // asks every 15 s, four times.
  private static final int KEEP_IDLE_S = 120;
  private static final int KEEP_INTERVAL_S = 15;
  private static final int KEEP_COUNT = 4;

  static EventLoops open() {
    var epoll = Epoll.isAvailable();
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    return new EventLoops(
        new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("public-accept", true), io),
        new MultiThreadIoEventLoopGroup(
            Runtime.getRuntime().availableProcessors(),
            new DefaultThreadFactory("public-io", true),
            io),
        epoll);
  }

  void use(NettyServerBuilder builder) {
    builder.bossEventLoopGroup(boss).workerEventLoopGroup(workers);
    if (epoll) {
      builder
          .channelType(EpollServerSocketChannel.class)
          .withChildOption(EpollChannelOption.TCP_KEEPIDLE, KEEP_IDLE_S)
          .withChildOption(EpollChannelOption.TCP_KEEPINTVL, KEEP_INTERVAL_S)
          .withChildOption(EpollChannelOption.TCP_KEEPCNT, KEEP_COUNT);
    } else {
      builder.channelType(NioServerSocketChannel.class);
    }
  }

  @Override
  public void close() {
    var one = boss.shutdownGracefully(0, 2, TimeUnit.SECONDS);
    workers.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    one.awaitUninterruptibly(1, TimeUnit.SECONDS);
  }
}
