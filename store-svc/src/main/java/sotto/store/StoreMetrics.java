package sotto.store;

import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongHistogram;
import io.opentelemetry.api.metrics.Meter;
import sotto.mesh.Telemetry;
import sotto.store.cold.ColdMetrics;
import sotto.store.write.WriteMetrics;

/// The store's metrics; they have no attributes.
final class StoreMetrics implements WriteMetrics, ColdMetrics {
  private static final double NANOS = 1e9;

  private final LongCounter envelopes;
  private final LongCounter failures;
  private final LongHistogram jobs;
  private final DoubleHistogram time;
  private final LongCounter coldEnvelopes;
  private final LongCounter coldBytes;
  private final LongCounter coldFailures;
  private final LongCounter coldDeleted;
  private final LongCounter coldUnreadable;
  private final LongCounter coldLost;

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
    coldEnvelopes = counter(meter, "moved", "Envelopes moved to the blob store", "{envelope}");
    coldBytes = counter(meter, "bytes", "Bytes of the segments they moved in", "By");
    coldFailures = counter(meter, "failures", "Moves and deletions broken off", "{segment}");
    coldDeleted = counter(meter, "deleted", "Blobs of segments deleted", "{segment}");
    coldUnreadable = counter(meter, "unreadable", "Reads of segments that failed", "{read}");
    coldLost = counter(meter, "lost", "Envelopes given up with their segment", "{envelope}");
  }

  private static LongCounter counter(Meter meter, String name, String what, String unit) {
    return meter
        .counterBuilder("sotto.store.cold." + name)
        .setDescription(what)
        .setUnit(unit)
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

  @Override
  public void moved(int envelopeCount, long bytes) {
    coldEnvelopes.add(envelopeCount);
    coldBytes.add(bytes);
  }

  @Override
  public void failedCold() {
    coldFailures.add(1);
  }

  @Override
  public void deleted(int segments) {
    coldDeleted.add(segments);
  }

  @Override
  public void unreadable() {
    coldUnreadable.add(1);
  }

  @Override
  public void lost(int envelopeCount) {
    coldLost.add(envelopeCount);
  }
}
