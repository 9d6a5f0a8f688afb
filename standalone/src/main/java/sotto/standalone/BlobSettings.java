package sotto.standalone;

import java.nio.file.Path;
import java.time.Duration;
import sotto.blob.BlobConfig;

/// What an operator decides about media; the rest of [BlobConfig] is as it comes.
///
/// @param maxBlobBytes largest blob
/// @param transitLife how long a blob in transit is kept; not shorter than a mailbox keeps the
///   message that names it
/// @param keptBytesPerAccount how much one account may keep for good
/// @param minFreeBytes what uploads leave free on the disk
/// @param transfersPerAccount uploads, and as many downloads, of an account at once
record BlobSettings(
    long maxBlobBytes,
    Duration transitLife,
    long keptBytesPerAccount,
    long minFreeBytes,
    int transfersPerAccount) {
  static final BlobSettings DEFAULTS = defaults();

  /// Checks the bounds of [BlobConfig].
  BlobSettings {
    var _ =
        config(
            Path.of(""),
            maxBlobBytes,
            transitLife,
            keptBytesPerAccount,
            minFreeBytes,
            transfersPerAccount);
  }

  BlobConfig in(Path folder) {
    return config(
        folder, maxBlobBytes, transitLife, keptBytesPerAccount, minFreeBytes, transfersPerAccount);
  }

  private static BlobSettings defaults() {
    var whole = BlobConfig.in(Path.of(""));
    return new BlobSettings(
        whole.maxBlobBytes(),
        whole.transitLife(),
        whole.keptBytesPerAccount(),
        whole.minFreeBytes(),
        whole.transfersPerAccount());
  }

  private static BlobConfig config(
      Path folder, long max, Duration transit, long kept, long free, int transfers) {
    var whole = BlobConfig.in(folder);
    return new BlobConfig(
        folder,
        max,
        transit,
        kept,
        free,
        transfers,
        whole.idle(),
        whole.sweepEvery(),
        whole.sweepPerSecond(),
        whole.partLife());
  }
}
