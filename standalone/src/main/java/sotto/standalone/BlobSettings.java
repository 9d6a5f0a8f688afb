package sotto.standalone;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import sotto.blob.BlobConfig;
import sotto.blob.s3.S3Config;
import sotto.mesh.Rate;

/// What an operator decides about media; the rest of [BlobConfig] is as it comes.
///
/// @param s3 the bucket that holds media instead of the folder
/// @param maxBlobBytes bytes of the largest file
/// @param partBytes bytes of the parts in which files are uploaded, 5 MiB with a bucket if this is
///   less; what breaks off goes on where it was, after a kill of the process from the last whole
///   part
/// @param transitLife how long a file waits to be fetched; not shorter than `store.mailbox-life`,
///   or messages outlive their files
/// @param keptBytesPerAccount bytes that one account may keep for good
/// @param transitKibPerAccount what one account may send, in KiB: so much at once, and how long a
///   whole of it takes to come back; of each blob process
/// @param minFreeBytes bytes that uploads leave free on the disk
/// @param transfersPerAccount uploads, and as many downloads, of an account at once
/// @param partLife how long an unfinished upload can be gone on with
record BlobSettings(
    S3Settings s3,
    long maxBlobBytes,
    int partBytes,
    Duration transitLife,
    long keptBytesPerAccount,
    Rate transitKibPerAccount,
    long minFreeBytes,
    int transfersPerAccount,
    Duration partLife) {
  static final BlobSettings DEFAULTS = of(BlobConfig.in(Path.of("")));

  /// Checks the bounds of [BlobConfig].
  BlobSettings {
    var _ =
        config(
            Path.of(""),
            Optional.empty(),
            maxBlobBytes,
            partBytes,
            transitLife,
            keptBytesPerAccount,
            transitKibPerAccount,
            minFreeBytes,
            transfersPerAccount,
            partLife);
  }

  /// The whole configuration.
  ///
  /// @throws CannotServe if the file with the bucket's keys has none
  BlobConfig in(Path folder) throws IOException {
    return config(
        folder,
        s3.config(),
        maxBlobBytes,
        partBytes,
        transitLife,
        keptBytesPerAccount,
        transitKibPerAccount,
        minFreeBytes,
        transfersPerAccount,
        partLife);
  }

  private static BlobSettings of(BlobConfig whole) {
    return new BlobSettings(
        S3Settings.DEFAULTS,
        whole.maxBlobBytes(),
        whole.partBytes(),
        whole.transitLife(),
        whole.keptBytesPerAccount(),
        whole.transitKibPerAccount(),
        whole.minFreeBytes(),
        whole.transfersPerAccount(),
        whole.partLife());
  }

  private static BlobConfig config(
      Path folder,
      Optional<S3Config> bucket,
      long max,
      int part,
      Duration transit,
      long kept,
      Rate sent,
      long free,
      int transfers,
      Duration partLife) {
    var whole = BlobConfig.in(folder);
    return new BlobConfig(
        folder,
        bucket,
        max,
        part,
        transit,
        kept,
        sent,
        free,
        transfers,
        whole.idle(),
        whole.sweepEvery(),
        whole.sweepPerSecond(),
        partLife);
  }
}
