package sotto.mesh;

import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A TCP port that serves gRPC: what [PublicServer] and [NetworkServer] have in common.
///
/// Beside the services given it answers `grpc.health.v1.Health/Check`, and nothing else. A
/// [NonBlockingService] is called on the network's threads, any other on virtual threads.
final class NetworkPort implements AutoCloseable {
  static final Duration CLOSE_GRACE = Duration.ofSeconds(1);

  private final Server server;
  private final HostPort address;
  private final HealthStatusManager health;
  private final ExecutorService blocking;
  private final AtomicBoolean drained = new AtomicBoolean();

  private NetworkPort(
      Server server, HostPort address, HealthStatusManager health, ExecutorService blocking) {
    this.server = server;
    this.address = address;
    this.health = health;
    this.blocking = blocking;
  }

  /// How the calls of a port are treated.
  ///
  /// @param services around every service's calls, outermost first
  /// @param health around health checks
  record Chain(List<ServerInterceptor> services, List<ServerInterceptor> health) {}

  /// Opens the port.
  ///
  /// @param threads what the virtual threads are called
  /// @param listen where; port 0 takes a free one
  /// @param services what is served
  /// @param chain around it
  /// @param telemetry where traces and metrics go
  /// @param terms sets TLS, limits and the network's threads
  /// @throws IOException if the port cannot be had
  static NetworkPort open(
      String threads,
      HostPort listen,
      List<? extends BindableService> services,
      Chain chain,
      Telemetry telemetry,
      Consumer<NettyServerBuilder> terms)
      throws IOException {
    var blocking =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name(threads + "-", 0).factory());
    try {
      var health = new HealthStatusManager();
      var builder =
          NettyServerBuilder.forAddress(new InetSocketAddress(listen.host(), listen.port()))
              .directExecutor()
              .fallbackHandlerRegistry(new NotServed());
      terms.accept(builder);
      builder.callExecutor(new Threads(nonBlocking(services), blocking));
      telemetry.instrument(builder);
      for (var service : services) {
        builder.addService(chained(service.bindService(), chain.services));
      }
      builder.addService(chained(checkOnly(health), chain.health));
      var server = builder.build().start();
      return new NetworkPort(
          server, new HostPort(listen.host(), server.getPort()), health, blocking);
    } catch (IOException | RuntimeException e) {
      blocking.shutdownNow();
      throw e;
    }
  }

  /// The host as configured and the real port.
  HostPort address() {
    return address;
  }

  /// What health checks are answered.
  HealthStatusManager health() {
    return health;
  }

  /// Tells clients and health checks that it leaves, takes no new calls, waits for those in flight,
  /// cancels the rest. The first call counts.
  ///
  /// @param grace how long calls in flight may take
  void drain(Duration grace) {
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
  }

  /// [#drain] with a second of grace.
  @Override
  public void close() {
    drain(CLOSE_GRACE);
  }

  private static ServerServiceDefinition chained(
      ServerServiceDefinition service, List<ServerInterceptor> chain) {
    return ServerInterceptors.interceptForward(Unreadable.instead(service), chain);
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
