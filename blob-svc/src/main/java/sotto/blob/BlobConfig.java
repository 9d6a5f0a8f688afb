package sotto.blob;

import java.nio.file.Path;
import java.time.Duration;
import sotto.mesh.Require;

/// How blob-svc behaves.
///
/// @param folder where blobs and the key of their ids are kept; made if it is not there
/// @param maxBlobBytes largest blob, 1 byte to 1 TiB
/// @param transitLife how long a blob in transit is kept, an hour to ten years; longer than a
///   mailbox keeps the message that names it
/// @param keptBytesPerAccount how much one account may keep for good, 0 to 1 PiB
/// @param minFreeBytes what uploads leave free on the disk, 0 to 1 PiB
/// @param transfersPerAccount uploads, and as many downloads, of an account at once, 1 to 1,000
/// @param idle how long a transfer may stand still, 10 milliseconds to an hour
/// @param sweepEvery pause between two rounds of the sweep, a second to 30 days
/// @param sweepPerSecond blobs that the sweep looks at in a second, 1 to 100,000
/// @param partLife after which the sweep removes what a failed upload has left, a minute to 30 days
public record BlobConfig(
    Path folder,
    long maxBlobBytes,
    Duration transitLife,
    long keptBytesPerAccount,
    long minFreeBytes,
    int transfersPerAccount,
    Duration idle,
    Duration sweepEvery,
    int sweepPerSecond,
    Duration partLife) {
  private static final long MIB = 1L << 20;
  private static final long TIB = 1L << 40;
  private static final long PIB = 1L << 50;

  /// Checks the bounds.
  ///
  /// @throws IllegalArgumentException naming the one that is broken
  public BlobConfig {
    Require.between("max-blob-bytes", maxBlobBytes, 1, TIB);
    Require.between("transit-life", transitLife, Duration.ofHours(1), Duration.ofDays(3_653));
    Require.between("kept-bytes-per-account", keptBytesPerAccount, 0, PIB);
    Require.between("min-free-bytes", minFreeBytes, 0, PIB);
    Require.between("transfers-per-account", transfersPerAccount, 1, 1_000);
    Require.between("idle", idle, Duration.ofMillis(10), Duration.ofHours(1));
    Require.between("sweep-every", sweepEvery, Duration.ofSeconds(1), Duration.ofDays(30));
    Require.between("sweep-per-second", sweepPerSecond, 1, 100_000);
    Require.between("part-life", partLife, Duration.ofMinutes(1), Duration.ofDays(30));
  }

  /// 512 MiB a blob, 45 days in transit, 1 GiB kept for each account, 256 MiB left free.
  ///
  /// @param folder where blobs are kept
  public static BlobConfig in(Path folder) {
    return new BlobConfig(
        folder,
        512 * MIB,
        Duration.ofDays(45),
        1_024 * MIB,
        256 * MIB,
        8,
        Duration.ofSeconds(60),
        Duration.ofHours(1),
        200,
        Duration.ofHours(1));
  }
}
