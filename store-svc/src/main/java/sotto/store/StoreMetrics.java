package sotto.store;

import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongHistogram;
import io.opentelemetry.api.metrics.Meter;
import sotto.mesh.Telemetry;
import sotto.store.write.WriteMetrics;

/// The store's metrics; they have no attributes.
final class StoreMetrics implements WriteMetrics {
  private static final double NANOS = 1e9;

  private final LongCounter envelopes;
  private final LongCounter failures;
  private final LongHistogram jobs;
  private final DoubleHistogram time;

  StoreMetrics(Telemetry telemetry) {
    Meter meter = telemetry.meter("store");
    envelopes =
        meter
            .counterBuilder("sotto.store.envelopes")
            .setDescription("Envelopes stored")
            .setUnit("{envelope}")
            .build();
    failures =
        meter
            .counterBuilder("sotto.store.commit.failures")
            .setDescription("Transactions that failed")
            .setUnit("{transaction}")
            .build();
    jobs =
        meter
            .histogramBuilder("sotto.store.commit.jobs")
            .setDescription("Jobs in a transaction")
            .setUnit("{job}")
            .ofLongs()
            .build();
    time =
        meter
            .histogramBuilder("sotto.store.commit.duration")
            .setDescription("Begin to commit of a transaction")
            .setUnit("s")
            .build();
  }

  @Override
  public void committed(int jobCount, long envelopeCount, long nanos) {
    jobs.record(jobCount);
    time.record(nanos / NANOS);
    if (envelopeCount > 0) {
      envelopes.add(envelopeCount);
    }
  }

  @Override
  public void failed() {
    failures.add(1);
  }
}
