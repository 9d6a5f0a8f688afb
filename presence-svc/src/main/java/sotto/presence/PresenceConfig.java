package sotto.presence;

import java.time.Duration;
import sotto.mesh.Require;

/// How presence-svc behaves.
///
/// @param leaseLife how long a relay is believed after its last frame, 1 to 60 seconds
/// @param tick how often leases are looked at, from a millisecond to a quarter of `leaseLife`
/// @param stripes shares of the table with a lock each, a power of two, 1 to 4,096
/// @param maxRelays most relays attached at once, 1 to 16,777,216
/// @param maxWatchesPerRelay most accounts that one stream watches, 1 to 100,000,000; a watch above
///   it is not answered
/// @param maxDisplacedWaiting most displaced devices that wait for a slow relay before its stream
///   is ended, 1 to 1,000,000
public record PresenceConfig(
    Duration leaseLife,
    Duration tick,
    int stripes,
    int maxRelays,
    int maxWatchesPerRelay,
    int maxDisplacedWaiting) {
  /// For one pod.
  public static final PresenceConfig DEFAULT =
      new PresenceConfig(
          Duration.ofSeconds(10), Duration.ofMillis(250), 64, 4_096, 1_000_000, 65_536);

  private static final int MOST_STRIPES = 4_096;

  /// Checks the bounds.
  ///
  /// @throws IllegalArgumentException naming the one that is broken
  public PresenceConfig {
    Require.between("lease-life", leaseLife, Duration.ofSeconds(1), Duration.ofSeconds(60));
    Require.between("tick", tick, Duration.ofMillis(1), leaseLife.dividedBy(4));
    Require.that(
        stripes >= 1 && stripes <= MOST_STRIPES && Integer.bitCount(stripes) == 1,
        "stripes",
        stripes,
        "a power of two, 1 to " + MOST_STRIPES);
    Require.between("max-relays", maxRelays, 1, EntryTable.MAX_LEASES);
    Require.between("max-watches-per-relay", maxWatchesPerRelay, 1, 100_000_000);
    Require.between("max-displaced-waiting", maxDisplacedWaiting, 1, 1_000_000);
  }
}
