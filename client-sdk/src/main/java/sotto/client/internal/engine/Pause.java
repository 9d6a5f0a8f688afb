package sotto.client.internal.engine;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait before the next attempt to connect: what the server asks for, and a random part
/// of a back-off that doubles up to a minute ("full jitter"), so that those who lost one server
/// together do not come to the next one together.
final class Pause {
  private static final long FIRST_MILLIS = 250;
  private static final long LONGEST_MILLIS = 60_000;
  private static final int MAX_DOUBLINGS = 8;

  /// The longest wait that a server can ask for: it may be another one's word that counts later.
  private static final Duration LONGEST_ASKED = Duration.ofHours(1);

  private Pause() {}

  /// The wait before an attempt.
  ///
  /// @param failures how many attempts in a row came to nothing, from 0
  /// @param asked what the server asked for; zero = nothing
  /// @param random the jitter
  static Duration before(int failures, Duration asked, RandomGenerator random) {
    long backOff = Math.min(LONGEST_MILLIS, FIRST_MILLIS << Math.min(failures, MAX_DOUBLINGS));
    Duration bounded = asked.compareTo(LONGEST_ASKED) > 0 ? LONGEST_ASKED : asked;
    return bounded.plusMillis(random.nextLong(backOff + 1));
  }
}
