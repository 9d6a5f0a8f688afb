package sotto.mesh;

import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import io.grpc.ServerInterceptor;
import io.grpc.opentelemetry.GrpcOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Traces and metrics of a process: OpenTelemetry, exported over OTLP only where that is
/// configured.
///
/// Every gRPC hop, over the network or inside the process, has a client and a server span with the
/// W3C trace context between them, and gRPC's own metrics. No attribute, event or status text ever
/// names an account, a device, an address or content; a service that adds metrics of its own keeps
/// to that. Thread-safe.
public final class Telemetry implements AutoCloseable {
  private static final String SCOPE = "sotto";
  // In-process messages have no size, and a size a call says more about content than an operator
  // needs.
  private static final List<String> UNUSED =
      List.of(
          "grpc.client.attempt.sent_total_compressed_message_size",
          "grpc.client.attempt.rcvd_total_compressed_message_size",
          "grpc.server.call.sent_total_compressed_message_size",
          "grpc.server.call.rcvd_total_compressed_message_size");

  private final OpenTelemetry sdk;
  private final boolean enabled;
  private final Runnable end;
  private final GrpcOpenTelemetry grpc;

  private Telemetry(OpenTelemetry sdk, boolean enabled, Runnable end) {
    this.sdk = sdk;
    this.enabled = enabled;
    this.end = end;
    this.grpc = GrpcOpenTelemetry.newBuilder().sdk(sdk).disableMetrics(UNUSED).build();
  }

  /// Telemetry that goes nowhere and costs nothing.
  ///
  /// @return shared by nobody, needs no close
  public static Telemetry none() {
    return new Telemetry(OpenTelemetry.noop(), false, () -> {});
  }

  /// Telemetry over an SDK that somebody else owns.
  ///
  /// @param sdk the SDK
  /// @return telemetry whose close leaves the SDK alone
  static Telemetry over(OpenTelemetry sdk) {
    return new Telemetry(sdk, true, () -> {});
  }

  /// Telemetry that keeps everything in memory, for tests.
  ///
  /// @return empty
  public static InMemoryTelemetry inMemory() {
    return new InMemoryTelemetry();
  }

  /// Telemetry as configured: [#none] unless a collector is named in the config or the environment.
  /// OpenTelemetry's own variables (`OTEL_…`) are honoured and win.
  ///
  /// @param service the process's name, such as `sotto-standalone`
  /// @param config where to
  /// @param environment the process's environment
  /// @return open; close it last
  public static Telemetry open(
      String service, TelemetryConfig config, Map<String, String> environment) {
    var named =
        environment.getOrDefault("OTEL_EXPORTER_OTLP_ENDPOINT", config.endpoint().orElse(""));
    if (named.isBlank() || "true".equalsIgnoreCase(environment.get("OTEL_SDK_DISABLED"))) {
      return none();
    }
    var opened =
        AutoConfiguredOpenTelemetrySdk.builder()
            .disableShutdownHook()
            .addPropertiesSupplier(() ->
                Map.of(
                    "otel.service.name", service,
                    "otel.exporter.otlp.endpoint", named,
                    "otel.exporter.otlp.protocol", "http/protobuf",
                    "otel.traces.exporter", "otlp",
                    "otel.metrics.exporter", "otlp",
                    "otel.logs.exporter", "none",
                    "otel.propagators", "tracecontext",
                    "otel.traces.sampler", "traceidratio",
                    "otel.traces.sampler.arg", Double.toString(config.sampleRatio())))
            .build()
            .getOpenTelemetrySdk();
    return new Telemetry(opened, true, opened::close);
  }

  /// Makes a service's own metrics.
  ///
  /// @param module the module's name, such as `store`
  /// @return its meter
  public Meter meter(String module) {
    return sdk.getMeter(SCOPE + "." + module);
  }

  /// Makes a service's own spans.
  ///
  /// @param module the module's name, such as `store`
  /// @return its tracer
  public Tracer tracer(String module) {
    return sdk.getTracer(SCOPE + "." + module);
  }

  /// Exports what is left.
  @Override
  public void close() {
    end.run();
  }

  /// The interceptors of a server, outermost first, with tracing around them.
  List<ServerInterceptor> chain(ServerInterceptor... inner) {
    var all = new ArrayList<ServerInterceptor>();
    if (enabled) {
      all.add(new ServerSpans(tracer("grpc"), sdk.getPropagators().getTextMapPropagator()));
    }
    all.addAll(List.of(inner));
    return List.copyOf(all);
  }

  void instrument(ServerBuilder<?> builder) {
    if (enabled) {
      grpc.configureServerBuilder(builder);
    }
  }

  void instrument(ManagedChannelBuilder<?> builder) {
    if (enabled) {
      grpc.configureChannelBuilder(builder);
      builder.intercept(
          new ClientSpans(tracer("grpc"), sdk.getPropagators().getTextMapPropagator()));
    }
  }
}
