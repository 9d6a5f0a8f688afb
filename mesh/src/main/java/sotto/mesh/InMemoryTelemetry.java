package sotto.mesh;

import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// Telemetry of a test: a real SDK whose finished spans and metrics stay in memory. Thread-safe.
public final class InMemoryTelemetry implements AutoCloseable {
  private final Spans spans = new Spans();
  private final Metrics metrics = new Metrics();
  private final OpenTelemetrySdk sdk =
      OpenTelemetrySdk.builder()
          .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(spans))
                  .build())
          .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(metrics).build())
          .build();
  private final Telemetry telemetry = Telemetry.over(sdk);

  InMemoryTelemetry() {}

  /// What the parts under test are given.
  ///
  /// @return always the same
  public Telemetry telemetry() {
    return telemetry;
  }

  /// The spans that have ended, in the order of their ends; a test that waits for one takes it from
  /// here.
  ///
  /// @return live
  public BlockingQueue<SpanData> spans() {
    return spans.finished;
  }

  /// The metrics as they stand.
  ///
  /// @return collected now
  public List<MetricData> metrics() {
    return List.copyOf(metrics.registration.collectAllMetrics());
  }

  @Override
  public void close() {
    sdk.close();
  }

  private static final class Spans implements SpanExporter {
    final BlockingQueue<SpanData> finished = new LinkedBlockingQueue<>();

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      finished.addAll(spans);
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }

  private static final class Metrics implements MetricReader {
    volatile CollectionRegistration registration = CollectionRegistration.noop();

    @Override
    public void register(CollectionRegistration registration) {
      this.registration = registration;
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType type) {
      return AggregationTemporality.CUMULATIVE;
    }

    @Override
    public CompletableResultCode forceFlush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }
}
