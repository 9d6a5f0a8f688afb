package sotto.mesh;

import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// The network's threads of one server, or of a process's part in the mesh: one that accepts and
/// one a core that reads and writes, each begun when it is first needed; epoll where it is there.
record EventLoops(EventLoopGroup boss, EventLoopGroup workers, boolean epoll)
    implements AutoCloseable {
  // Dead peers are found by the kernel, which costs an idle connection no timer of ours: after two
  // minutes of silence it
  // asks every 15 s, four times.
  private static final int KEEP_IDLE_S = 120;
  private static final int KEEP_INTERVAL_S = 15;
  private static final int KEEP_COUNT = 4;

  /// New threads.
  ///
  /// @param name what they are called, such as `public`
  static EventLoops open(String name) {
    var epoll = Epoll.isAvailable();
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    return new EventLoops(
        new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory(name + "-accept", true), io),
        new MultiThreadIoEventLoopGroup(
            Runtime.getRuntime().availableProcessors(),
            new DefaultThreadFactory(name + "-io", true),
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

  /// A server whose accepting socket has a handler of ours before gRPC's.
  void use(NettyServerBuilder builder, Supplier<ChannelHandler> first) {
    use(builder);
    builder.channelFactory(() -> {
      var socket = epoll ? new EpollServerSocketChannel() : new NioServerSocketChannel();
      socket.pipeline().addLast(first.get());
      return socket;
    });
  }

  /// A client whose connections have a handler of ours before gRPC's.
  void use(NettyChannelBuilder builder, Supplier<ChannelHandler> first) {
    builder
        .eventLoopGroup(workers)
        .channelFactory(() -> {
          var socket = epoll ? new EpollSocketChannel() : new NioSocketChannel();
          socket.pipeline().addLast(first.get());
          return socket;
        });
  }

  @Override
  public void close() {
    var one = boss.shutdownGracefully(0, 2, TimeUnit.SECONDS);
    workers.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    one.awaitUninterruptibly(1, TimeUnit.SECONDS);
  }
}
