package sotto.cli;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// Where the spans of messages go: nowhere, unless OpenTelemetry's own variables name a collector.
/// Servers that do not allow traces get none.
///
/// @param api what the SDK is given
/// @param end exports what is left
record ClientTelemetry(OpenTelemetry api, Runnable end) implements AutoCloseable {
  /// No spans go anywhere.
  static final ClientTelemetry NONE = new ClientTelemetry(OpenTelemetry.noop(), () -> {});

  /// As the environment has it: `OTEL_EXPORTER_OTLP_ENDPOINT` or `OTEL_TRACES_EXPORTER`.
  static ClientTelemetry of(Map<String, String> environment) {
    var endpoint = environment.getOrDefault("OTEL_EXPORTER_OTLP_ENDPOINT", "");
    var exporter =
        environment.getOrDefault("OTEL_TRACES_EXPORTER", endpoint.isBlank() ? "none" : "otlp");
    if (exporter.equals("none") || "true".equals(environment.get("OTEL_SDK_DISABLED"))) {
      return NONE;
    }
    var properties =
        new HashMap<>(
            Map.of(
                "otel.service.name",
                "sotto-client",
                "otel.exporter.otlp.protocol",
                "http/protobuf",
                "otel.traces.exporter",
                exporter));
    environment.forEach((name, value) -> {
      if (name.startsWith("OTEL_")) {
        properties.put(name.toLowerCase(Locale.ROOT).replace('_', '.'), value);
      }
    });
    properties.put("otel.metrics.exporter", "none");
    properties.put("otel.logs.exporter", "none");
    var sdk =
        AutoConfiguredOpenTelemetrySdk.builder()
            .disableShutdownHook()
            .addPropertiesCustomizer(_ -> properties)
            .build()
            .getOpenTelemetrySdk();
    return new ClientTelemetry(sdk, sdk::close);
  }

  @Override
  public void close() {
    end.run();
  }
}
