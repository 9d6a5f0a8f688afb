package sotto.store;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongHistogram;
import io.opentelemetry.api.metrics.Meter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import sotto.mesh.Telemetry;
import sotto.store.cold.ColdMetrics;
import sotto.store.mailbox.Backlog;
import sotto.store.write.Ownership;
import sotto.store.write.WriteMetrics;

/// The store's metrics. No attribute names an account, a device or a bucket. Counters begin at
/// zero, so that their first step is seen.
final class StoreMetrics implements WriteMetrics, ColdMetrics {
  private static final double NANOS = 1e9;
  private static final AttributeKey<String> AGE = AttributeKey.stringKey("age");
  private static final AttributeKey<String> HOW = AttributeKey.stringKey("how");
  private static final List<Attributes> AGES =
      Stream.of("1m", "1h", "1d", "7d", "older").map(a -> Attributes.of(AGE, a)).toList();
  private static final List<Long> SIZES = List.of(0L, 1L, 4L, 16L, 64L, 256L, 1024L, 4096L);
  private static final List<Double> SECONDS =
      List.of(.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1., 2.5, 5., 10.);

  private final LongCounter envelopes;
  private final LongCounter failures;
  private final Meter meter;
  private final LongHistogram jobs;
  private final LongHistogram rows;
  private final LongHistogram statements;
  private final DoubleHistogram time;
  private final LongCounter coldSegments;
  private final LongCounter coldEnvelopes;
  private final LongCounter coldBytes;
  private final LongCounter coldFailures;
  private final LongCounter coldDeleted;
  private final LongCounter coldUnreadable;
  private final LongCounter coldLost;

  StoreMetrics(Telemetry telemetry) {
    meter = telemetry.meter("store");
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
            .setExplicitBucketBoundariesAdvice(SIZES)
            .build();
    rows =
        meter
            .histogramBuilder("sotto.store.commit.rows")
            .setDescription("Envelopes that a transaction stored")
            .setUnit("{row}")
            .ofLongs()
            .setExplicitBucketBoundariesAdvice(SIZES)
            .build();
    statements =
        meter
            .histogramBuilder("sotto.store.commit.statements")
            .setDescription("Statements of a transaction")
            .setUnit("{statement}")
            .ofLongs()
            .setExplicitBucketBoundariesAdvice(SIZES)
            .build();
    time =
        meter
            .histogramBuilder("sotto.store.commit.duration")
            .setDescription("Begin to commit of a transaction")
            .setUnit("s")
            .setExplicitBucketBoundariesAdvice(SECONDS)
            .build();
    envelopes.add(0);
    failures.add(0);
    coldSegments = counter(meter, "segments", "Segments written to the blob store", "{segment}");
    coldEnvelopes = counter(meter, "moved", "Envelopes moved to the blob store", "{envelope}");
    coldBytes = counter(meter, "bytes", "Bytes of the segments they moved in", "By");
    coldFailures = counter(meter, "failures", "Moves and deletions broken off", "{segment}");
    coldDeleted = counter(meter, "deleted", "Blobs of segments deleted", "{segment}");
    coldUnreadable = counter(meter, "unreadable", "Reads of segments that failed", "{read}");
    coldLost = counter(meter, "lost", "Envelopes given up with their segment", "{envelope}");
  }

  private static LongCounter counter(Meter meter, String name, String what, String unit) {
    LongCounter counter =
        meter.counterBuilder("sotto.store.cold." + name).setDescription(what).setUnit(unit).build();
    counter.add(0);
    return counter;
  }

  /// Shows what else is known whenever metrics are collected; none of it asks the database.
  void watch(Ownership ownership, Backlog backlog) {
    var _ =
        meter
            .gaugeBuilder("sotto.store.buckets")
            .setDescription("Buckets that this store owns")
            .setUnit("{bucket}")
            .ofLongs()
            .buildWithCallback(m -> m.record(ownership.size()));
    var _ =
        meter
            .counterBuilder("sotto.store.buckets.moved")
            .setDescription("Buckets that were taken over, given to others, lost to others")
            .setUnit("{bucket}")
            .buildWithCallback(m -> {
              for (Ownership.Move move : Ownership.Move.values()) {
                m.record(
                    ownership.moves(move),
                    Attributes.of(HOW, move.name().toLowerCase(Locale.ROOT)));
              }
            });
    var _ =
        meter
            .gaugeBuilder("sotto.store.backlog")
            .setDescription("Envelopes that wait, up to an age, as last counted")
            .setUnit("{envelope}")
            .ofLongs()
            .buildWithCallback(m -> {
              for (int age = 0; age < AGES.size(); age++) {
                m.record(backlog.envelopes(age), AGES.get(age));
              }
            });
    var _ =
        meter
            .gaugeBuilder("sotto.store.backlog.oldest")
            .setDescription("Age of the oldest envelope that waits, as last counted")
            .setUnit("s")
            .ofLongs()
            .buildWithCallback(m -> m.record(backlog.oldest().toSeconds()));
  }

  @Override
  public void committed(int jobCount, long envelopeCount, int statementCount, long nanos) {
    jobs.record(jobCount);
    rows.record(envelopeCount);
    statements.record(statementCount);
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
    coldSegments.add(1);
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
