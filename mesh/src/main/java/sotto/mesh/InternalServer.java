package sotto.mesh;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// A service's internal server inside this process: reached by name through [Channels], with the
/// interceptors and telemetry that it would have over the network.
///
/// Threads: each call's callbacks run one after the other, on a virtual thread of their own as they
/// come; handlers may block. A call never runs on its caller's thread, so chains of calls do not
/// recurse and a caller's locks are not held by the service. Messages are handed over as they are,
/// not serialised.
public final class InternalServer implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final String name;
  private final Server server;
  private final ExecutorService handlers;
  private final Telemetry telemetry;

  private InternalServer(
      String name, Server server, ExecutorService handlers, Telemetry telemetry) {
    this.name = name;
    this.server = server;
    this.handlers = handlers;
    this.telemetry = telemetry;
  }

  /// Starts a server under a name that no other in this process has.
  ///
  /// @param name the name, such as `store`
  /// @param services what it serves
  /// @param telemetry where traces and metrics go
  /// @return the running server
  /// @throws UncheckedIOException if the name is taken
  public static InternalServer start(
      String name, List<BindableService> services, Telemetry telemetry) {
    var handlers =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name(name + "-", 0).factory());
    var builder = InProcessServerBuilder.forName(name).executor(handlers);
    telemetry.instrument(builder);
    for (var service : services) {
      builder.addService(
          ServerInterceptors.interceptForward(
              Unreadable.instead(service.bindService()),
              telemetry.chain(
                  new FailureInterceptor(), new CallerInterceptor(), new BoundsInterceptor())));
    }
    builder.fallbackHandlerRegistry(new NotServed());
    try {
      return new InternalServer(name, builder.build().start(), handlers, telemetry);
    } catch (IOException e) {
      handlers.close();
      throw new UncheckedIOException(e);
    }
  }

  /// The name it is reached by.
  ///
  /// @return as given
  public String name() {
    return name;
  }

  /// A new channel to this server; whoever asks for it shuts it down.
  ///
  /// @return the channel
  public ManagedChannel newChannel() {
    return Channels.inProcess(name, telemetry);
  }

  /// Takes no new calls, waits up to five seconds for those in flight, cancels the rest.
  @Override
  public void close() {
    server.shutdown();
    try {
      if (!server.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
        server.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    handlers.shutdownNow();
  }
}
