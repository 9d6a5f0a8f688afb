package sotto.blob;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import sotto.blob.s3.S3Config;
import sotto.mesh.Rate;
import sotto.mesh.Require;

/// How blob-svc behaves.
///
/// @param folder where blobs and the key of their ids are kept; made if it is not there. With a
///   bucket, where parts are on their way to it
/// @param s3 the bucket that keeps them instead
/// @param maxBlobBytes largest blob, 1 byte to 1 TiB
/// @param partBytes size of the parts in which blobs are uploaded, 1 KiB to 256 MiB; with a bucket
///   5 MiB if less is given, and larger for a blob that would have more than 10,000
/// @param transitLife how long a blob in transit is kept, an hour to ten years; longer than a
///   mailbox keeps the message that names it
/// @param keptBytesPerAccount how much one account may keep for good, 0 to 1 PiB
/// @param transitKibPerAccount how much one account may send to others, in KiB: so much at once,
///   and how long that takes to come back
/// @param minFreeBytes what uploads leave free on the disk, 0 to 1 PiB
/// @param transfersPerAccount uploads, and as many downloads, of an account at once, 1 to 1,000
/// @param idle how long a transfer may stand still, 10 milliseconds to an hour
/// @param sweepEvery pause between two rounds of the sweep, a second to 30 days
/// @param sweepPerSecond blobs that the sweep looks at in a second, 1 to 100,000
/// @param partLife how long an unfinished upload can be gone on with, a minute to 30 days
public record BlobConfig(
    Path folder,
    Optional<S3Config> s3,
    long maxBlobBytes,
    int partBytes,
    Duration transitLife,
    long keptBytesPerAccount,
    Rate transitKibPerAccount,
    long minFreeBytes,
    int transfersPerAccount,
    Duration idle,
    Duration sweepEvery,
    int sweepPerSecond,
    Duration partLife) {
  private static final int KIB = 1 << 10;
  private static final int MIB = 1 << 20;
  private static final long GIB = 1L << 30;
  // What S3 takes as any part but the last.
  private static final int LEAST_S3_PART = 5 * MIB;
  private static final long TIB = 1L << 40;
  private static final long PIB = 1L << 50;

  /// Checks the bounds.
  ///
  /// @throws IllegalArgumentException naming the one that is broken
  public BlobConfig {
    Require.between("max-blob-bytes", maxBlobBytes, 1, TIB);
    Require.between("part-bytes", partBytes, KIB, 256 * MIB);
    if (s3.isPresent()) {
      partBytes = Math.max(partBytes, LEAST_S3_PART);
    }
    Require.between("transit-life", transitLife, Duration.ofHours(1), Duration.ofDays(3_653));
    Require.between("kept-bytes-per-account", keptBytesPerAccount, 0, PIB);
    Require.between("min-free-bytes", minFreeBytes, 0, PIB);
    Require.between("transfers-per-account", transfersPerAccount, 1, 1_000);
    Require.between("idle", idle, Duration.ofMillis(10), Duration.ofHours(1));
    Require.between("sweep-every", sweepEvery, Duration.ofSeconds(1), Duration.ofDays(30));
    Require.between("sweep-per-second", sweepPerSecond, 1, 100_000);
    Require.between("part-life", partLife, Duration.ofMinutes(1), Duration.ofDays(30));
  }

  /// The same in a bucket.
  public BlobConfig in(S3Config bucket) {
    return new BlobConfig(
        folder,
        Optional.of(bucket),
        maxBlobBytes,
        partBytes,
        transitLife,
        keptBytesPerAccount,
        transitKibPerAccount,
        minFreeBytes,
        transfersPerAccount,
        idle,
        sweepEvery,
        sweepPerSecond,
        partLife);
  }

  /// 4 GiB a blob in parts of 1 MiB, 45 days in transit, 1 GiB kept for each account and 20 GiB
  /// sent by it in a day, 256 MiB left free, a day to go on with an upload.
  ///
  /// @param folder where blobs are kept
  public static BlobConfig in(Path folder) {
    return new BlobConfig(
        folder,
        Optional.empty(),
        4 * GIB,
        MIB,
        Duration.ofDays(45),
        GIB,
        new Rate(20 * MIB, Duration.ofDays(1)),
        256 * MIB,
        8,
        Duration.ofSeconds(60),
        Duration.ofHours(1),
        200,
        Duration.ofDays(1));
  }
}
