package sotto.mesh;

import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A port for the probes of an orchestrator, which have no certificate: it answers
/// `grpc.health.v1.Health/Check` in plain text, and nothing else.
///
/// It is open from the first moment of a process to its last. The service `live` is serving all the
/// while; the service `ready`, and the process as a whole (the empty name), between [#ready] and
/// [#leaving]. Where none is configured, all of this does nothing. Thread-safe.
public final class ProbePort implements AutoCloseable {
  private static final String LIVE = "live";
  private static final List<String> READY = List.of("ready", "");
  private static final int MAX_MESSAGE = 1 << 10;
  private static final int MAX_HEADERS = 4 << 10;
  private static final int MAX_CALLS = 4;
  private static final int IDLE_S = 60;

  private final Optional<Open> open;

  private record Open(NetworkPort port, EventLoops loops) {
    void set(List<String> services, ServingStatus status) {
      services.forEach(service -> port.health().setStatus(service, status));
    }
  }

  private ProbePort(Optional<Open> open) {
    this.open = open;
  }

  /// Opens the port, if there is to be one.
  ///
  /// @param config where
  /// @return alive, and not yet ready
  /// @throws IOException if the port cannot be had
  public static ProbePort open(ProbeConfig config) throws IOException {
    return new ProbePort(
        config.listen().isEmpty() ? Optional.empty() : Optional.of(listen(config.listen().get())));
  }

  private static Open listen(HostPort at) throws IOException {
    var loops = EventLoops.open("probe");
    try {
      var port =
          NetworkPort.open(
              "probe",
              at,
              List.of(),
              new NetworkPort.Chain(
                  List.of(), List.of(new FailureInterceptor(), new BoundsInterceptor())),
              Telemetry.none(),
              builder ->
                  loops.use(
                      builder
                          .maxInboundMessageSize(MAX_MESSAGE)
                          .maxInboundMetadataSize(MAX_HEADERS)
                          .maxConcurrentCallsPerConnection(MAX_CALLS)
                          .maxConnectionIdle(IDLE_S, TimeUnit.SECONDS)));
      var open = new Open(port, loops);
      open.set(READY, ServingStatus.NOT_SERVING);
      open.set(List.of(LIVE), ServingStatus.SERVING);
      return open;
    } catch (IOException | RuntimeException e) {
      loops.close();
      throw e;
    }
  }

  /// Where it listens.
  ///
  /// @return the host as configured and the real port; empty if there is none
  public Optional<HostPort> address() {
    return open.map(o -> o.port.address());
  }

  /// From here on the process can be sent work.
  public void ready() {
    open.ifPresent(o -> o.set(READY, ServingStatus.SERVING));
  }

  /// From here on it should not be.
  public void leaving() {
    open.ifPresent(o -> o.set(READY, ServingStatus.NOT_SERVING));
  }

  @Override
  public void close() {
    open.ifPresent(o -> {
      o.port.close();
      o.loops.close();
    });
  }
}
