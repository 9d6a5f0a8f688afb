package sotto.client;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/// How a home is opened.
///
/// @param offline true = no connection is made; everything that is stored can be read and written
/// @param clock the wall clock; the server corrects it
/// @param random for ids, keys and jitter
/// @param archiveAfter moves messages older than this to the [Archive] by itself, once a day while
///   connected; empty = never
public record Options(
    boolean offline, Clock clock, SecureRandom random, Optional<Duration> archiveAfter) {
  private static final Duration LEAST_AGE = Duration.ofDays(45);

  /// Checks the age.
  ///
  /// @throws SottoException INVALID_INPUT if it is below 45 days
  public Options {
    if (archiveAfter.filter(age -> age.compareTo(LEAST_AGE) < 0).isPresent()) {
      throw SottoException.invalid("archive age", "An age to archive after is 45 days or more.");
    }
  }

  /// Connects by itself; the system's clock and random numbers.
  public static Options defaults() {
    return new Options(false, Clock.systemUTC(), new SecureRandom(), Optional.empty());
  }

  /// The same without a connection.
  public Options withoutConnection() {
    return new Options(true, clock, random, archiveAfter);
  }

  /// The same with another clock.
  public Options withClock(Clock other) {
    return new Options(offline, other, random, archiveAfter);
  }

  /// The same, moving old messages to the archive by itself.
  ///
  /// @param age 45 days or more
  public Options archivingAfter(Duration age) {
    return new Options(offline, clock, random, Optional.of(age));
  }
}
