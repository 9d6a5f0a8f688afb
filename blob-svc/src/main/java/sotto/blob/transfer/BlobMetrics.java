package sotto.blob.transfer;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/// What the blob service counts. No attribute names an account or a blob. Thread-safe.
final class BlobMetrics {
  private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("outcome");
  private static final Attributes DONE = Attributes.of(OUTCOME, "done");
  private static final Attributes ELSEWHERE = Attributes.of(OUTCOME, "elsewhere");
  private static final Attributes REFUSED = Attributes.of(OUTCOME, "refused");
  private static final Attributes GONE = Attributes.of(OUTCOME, "gone");

  // For operators, who read them without a collector.
  private final LongAdder bytesStored = new LongAdder();
  private final LongAdder bytesFetched = new LongAdder();
  private final LongAdder blobsExpired = new LongAdder();
  private final LongCounter stored;
  private final LongCounter fetched;
  private final LongCounter uploads;
  private final LongCounter expired;

  /// Counters of a meter, at zero.
  BlobMetrics(Meter meter) {
    stored = counter(meter, "stored", "Bytes of uploads that were stored", "By");
    fetched = counter(meter, "fetched", "Bytes sent to those who download", "By");
    expired =
        counter(meter, "expired", "Blobs in transit removed when their time was over", "{blob}");
    uploads =
        meter
            .counterBuilder("sotto.blob.uploads")
            .setDescription("Uploads as they ended")
            .setUnit("{upload}")
            .build();
    List.of(DONE, ELSEWHERE, REFUSED, GONE).forEach(outcome -> uploads.add(0, outcome));
  }

  private static LongCounter counter(Meter meter, String name, String what, String unit) {
    var counter =
        meter.counterBuilder("sotto.blob." + name).setDescription(what).setUnit(unit).build();
    counter.add(0);
    return counter;
  }

  /// Some of them as they are now, by name.
  Map<String, LongSupplier> measures() {
    return Map.of(
        "sotto.blob.stored", bytesStored::sum,
        "sotto.blob.fetched", bytesFetched::sum,
        "sotto.blob.expired", blobsExpired::sum);
  }

  void stored(long bytes) {
    stored.add(bytes);
    bytesStored.add(bytes);
  }

  void fetched(long bytes) {
    fetched.add(bytes);
    bytesFetched.add(bytes);
  }

  /// A blob in transit was removed because its time was over.
  void expired() {
    expired.add(1);
    blobsExpired.increment();
  }

  /// An upload was answered.
  void answered(Answer answer) {
    uploads.add(
        1,
        switch (answer) {
          case Answer.Done _ -> DONE;
          case Answer.At _ -> ELSEWHERE;
          case Answer.Mismatch _, Answer.TooLarge _, Answer.NoRoom _ -> REFUSED;
        });
  }

  /// Nobody waited for the answer of an upload any more.
  void gone() {
    uploads.add(1, GONE);
  }
}
