package sotto.mesh;

import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import io.grpc.ServerInterceptor;
import io.grpc.opentelemetry.GrpcOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.SdkMeterProviderBuilder;
import io.opentelemetry.sdk.metrics.View;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Traces and metrics of a process: OpenTelemetry, exported only where that is configured: over
/// OTLP, or metrics at a port for Prometheus.
///
/// Every gRPC hop, over the network or inside the process, has a client and a server span with the
/// W3C trace context between them, and gRPC's own metrics. No attribute, event or status text ever
/// names an account, a device, an address or content; a service that adds metrics of its own keeps
/// to that. Thread-safe.
public final class Telemetry implements AutoCloseable {
  private static final String SCOPE = "sotto";
  private static final String METRICS_EXPORTER = "OTEL_METRICS_EXPORTER";
  private static final String PROMETHEUS = "prometheus";
  private static final int PROMETHEUS_PORT = 9464;
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

  /// Telemetry as configured: [#none] unless a collector is named in the config or the environment,
  /// or the environment names an exporter (`OTEL_METRICS_EXPORTER=prometheus`). OpenTelemetry's own
  /// variables (`OTEL_…`) are honoured and win.
  ///
  /// @param service the process's name, such as `sotto-standalone`
  /// @param config where to
  /// @param environment the process's environment
  /// @return open; close it last
  public static Telemetry open(
      String service, TelemetryConfig config, Map<String, String> environment) {
    var named =
        environment.getOrDefault("OTEL_EXPORTER_OTLP_ENDPOINT", config.endpoint().orElse(""));
    boolean wanted =
        !named.isBlank()
            || exports(environment, METRICS_EXPORTER)
            || exports(environment, "OTEL_TRACES_EXPORTER");
    if (!wanted || "true".equalsIgnoreCase(environment.get("OTEL_SDK_DISABLED"))) {
      return none();
    }
    var exporter = named.isBlank() ? "none" : "otlp";
    var defaults =
        new HashMap<>(
            Map.of(
                "otel.service.name",
                service,
                "otel.exporter.otlp.protocol",
                "http/protobuf",
                "otel.traces.exporter",
                exporter,
                "otel.metrics.exporter",
                exporter,
                "otel.logs.exporter",
                "none",
                "otel.propagators",
                "tracecontext",
                "otel.traces.sampler",
                "traceidratio",
                "otel.traces.sampler.arg",
                Double.toString(config.sampleRatio()),
                // Nobody who is served reads them.
                "otel.metrics.exemplar.filter",
                "always_off"));
    if (!named.isBlank()) {
      defaults.put("otel.exporter.otlp.endpoint", named);
    }
    var opened =
        AutoConfiguredOpenTelemetrySdk.builder()
            .disableShutdownHook()
            .addPropertiesSupplier(() -> defaults)
            .addPropertiesCustomizer(_ -> standard(environment))
            .addMeterProviderCustomizer((builder, properties) -> {
              bounded(builder);
              if (named(environment).contains(PROMETHEUS)) {
                builder.registerMetricReader(prometheus(properties));
              }
              return builder;
            })
            .build()
            .getOpenTelemetrySdk();
    var telemetry = new Telemetry(opened, true, opened::close);
    ProcessMetrics.of(telemetry.meter("process"));
    return telemetry;
  }

  private static boolean exports(Map<String, String> environment, String variable) {
    var exporter = environment.getOrDefault(variable, "none");
    return !exporter.isBlank() && !exporter.equalsIgnoreCase("none");
  }

  /// The exporters of metrics that the environment names.
  private static List<String> named(Map<String, String> environment) {
    return Arrays.stream(environment.getOrDefault(METRICS_EXPORTER, "").split(",", -1))
        .map(name -> name.strip().toLowerCase(Locale.ROOT))
        .toList();
  }

  /// OpenTelemetry's variables as its properties. The exporter for Prometheus is our own.
  private static Map<String, String> standard(Map<String, String> environment) {
    var properties = new HashMap<String, String>();
    environment.forEach((name, value) -> {
      if (name.startsWith("OTEL_")) {
        properties.put(name.toLowerCase(Locale.ROOT).replace('_', '.'), value);
      }
    });
    if (named(environment).contains(PROMETHEUS)) {
      var others = named(environment).stream().filter(n -> !n.equals(PROMETHEUS)).toList();
      properties.put("otel.metrics.exporter", others.isEmpty() ? "none" : String.join(",", others));
    }
    return properties;
  }

  private static PrometheusPort prometheus(ConfigProperties config) {
    var host = config.getString("otel.exporter.prometheus.host", "127.0.0.1");
    var port = config.getInt("otel.exporter.prometheus.port", PROMETHEUS_PORT);
    try {
      return PrometheusPort.open(new InetSocketAddress(host, port));
    } catch (IOException e) {
      throw new ConfigException(
          "metrics cannot be offered to Prometheus at "
              + host
              + ":"
              + port
              + ": "
              + e.getMessage());
    }
  }

  /// Metrics of calls have a method and a status, and not the address that was called: every pod
  /// that ever lived would be a series.
  private static void bounded(SdkMeterProviderBuilder builder) {
    builder.registerView(
        InstrumentSelector.builder().setName("grpc.*").build(),
        View.builder().setAttributeFilter(Set.of("grpc.method", "grpc.status")).build());
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
