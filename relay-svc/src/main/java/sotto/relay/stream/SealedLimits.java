package sotto.relay.stream;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import sotto.mesh.MonotonicClock;
import sotto.mesh.PeerAddress;
import sotto.mesh.RateLimits;
import sotto.relay.RelayConfig;
import sotto.relay.limit.Exceeded;

/// The limits of those who do not say who they are, for each address: how much they send, and how
/// many streams they have. Inside the process there are none. Thread-safe.
public final class SealedLimits {
  private static final int MOST_ADDRESSES = 100_000;
  private static final Duration FULL_RETRY = Duration.ofSeconds(10);

  private final RateLimits<PeerAddress> sends;
  private final int mostStreams;
  private final ConcurrentHashMap<PeerAddress, Integer> streams = new ConcurrentHashMap<>();

  /// Full buckets of the configured rate.
  ///
  /// @param config the rate and the number of streams
  /// @param time measures the refill
  public SealedLimits(RelayConfig config, MonotonicClock time) {
    this.sends = new RateLimits<>(config.sealedPerAddress(), MOST_ADDRESSES, time);
    this.mostStreams = config.sealedStreamsPerAddress();
  }

  /// Takes one send.
  ///
  /// @return the limit that it meets; empty when it may go
  Optional<Exceeded> take(Optional<PeerAddress> from) {
    return from.flatMap(address -> Exceeded.of("sealed-per-address", sends.take(address, 1)));
  }

  /// Counts a stream that opens, which costs as much as a send.
  ///
  /// @return the limit that it meets; it is to be told of the end all the same
  Optional<Exceeded> opened(Optional<PeerAddress> from) {
    boolean many =
        from.map(address -> streams.merge(address, 1, Integer::sum) > mostStreams).orElse(false);
    return many ? Optional.of(new Exceeded("sealed-streams-per-address", FULL_RETRY)) : take(from);
  }

  /// A stream has ended.
  void ended(Optional<PeerAddress> from) {
    from.ifPresent(
        address -> streams.computeIfPresent(address, (_, count) -> count == 1 ? null : count - 1));
  }
}
