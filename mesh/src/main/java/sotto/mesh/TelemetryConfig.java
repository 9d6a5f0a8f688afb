package sotto.mesh;

import java.util.Optional;

/// Where traces and metrics go.
///
/// @param endpoint an OTLP collector over HTTP, such as `http://127.0.0.1:4318`; absent = only if
///   `OTEL_EXPORTER_OTLP_ENDPOINT` is set
/// @param sampleRatio the part of traces that is kept, 0 to 1, decided by the trace's id, whatever
///   the client asks for; 1 on a machine on which you try things (docs/performance.md has what it
///   costs)
public record TelemetryConfig(Optional<String> endpoint, double sampleRatio) {
  /// No collector; one trace of a hundred if the environment names one.
  public static final TelemetryConfig DEFAULTS = new TelemetryConfig(Optional.empty(), 0.01);

  /// Checks the bounds.
  ///
  /// @throws IllegalArgumentException naming field, value and bound
  public TelemetryConfig {
    Require.between("sample-ratio", sampleRatio, 0, 1);
    endpoint.ifPresent(e ->
        Require.that(
            e.matches("https?://[^\\s]+"), "endpoint", e, "an http:// or https:// address"));
  }
}
