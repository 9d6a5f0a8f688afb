package sotto.relay.limit;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import sotto.mesh.MonotonicClock;
import sotto.mesh.Permit;
import sotto.mesh.Rate;
import sotto.mesh.TokenBucket;

/// How fast streams are opened. After the loss of a relay or a store all its clients come at once;
/// those above the rate are sent away before anybody behind is asked, each for another time.
///
/// Thread-safe.
public final class Admission {
  private static final long SPREAD_MILLIS = 10_000;

  private final TokenBucket hellos;
  private final RandomGenerator random;

  /// Nobody has come.
  ///
  /// @param rate of openings
  /// @param time measures the refill
  /// @param random spreads those who are sent away, thread-safe
  public Admission(Rate rate, MonotonicClock time, RandomGenerator random) {
    this.hellos = new TokenBucket(rate, time);
    this.random = random;
  }

  /// Whether a stream is not to be opened now.
  public Optional<Exceeded> take() {
    return switch (hellos.take(1)) {
      case Permit.Granted _ -> Optional.empty();
      case Permit.Refused(Duration least) ->
          Optional.of(new Exceeded("hellos", least.plusMillis(1 + random.nextLong(SPREAD_MILLIS))));
    };
  }
}
