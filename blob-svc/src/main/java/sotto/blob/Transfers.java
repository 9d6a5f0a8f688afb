package sotto.blob;

import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import java.time.Clock;

/// What uploads and downloads work with.
///
/// @param uploads transfers of an account's that run at once
/// @param downloads the same for downloads
/// @param storedBytes metric
/// @param fetchedBytes metric
record Transfers(
    BlobConfig config,
    BlobStore store,
    BlobIds ids,
    Room room,
    KeptQuota quota,
    Slots uploads,
    Slots downloads,
    Clock clock,
    LongCounter storedBytes,
    LongCounter fetchedBytes) {
  static Transfers of(
      BlobConfig config, BlobStore store, BlobIds ids, KeptQuota quota, Clock clock, Meter meter) {
    return new Transfers(
        config,
        store,
        ids,
        new Room(store, config.minFreeBytes()),
        quota,
        new Slots(config.transfersPerAccount()),
        new Slots(config.transfersPerAccount()),
        clock,
        meter.counterBuilder("sotto.blob.stored").setUnit("By").build(),
        meter.counterBuilder("sotto.blob.fetched").setUnit("By").build());
  }

  /// Milliseconds since 1970.
  long now() {
    return clock.millis();
  }

  void stored(long bytes) {
    storedBytes.add(bytes);
  }

  void fetched(long bytes) {
    fetchedBytes.add(bytes);
  }
}
