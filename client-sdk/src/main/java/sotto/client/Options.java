package sotto.client;

import io.opentelemetry.api.OpenTelemetry;
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
/// @param telemetry where the spans of messages go, of those that servers allow to be traced; a
///   span names nobody, and the context of one goes to the recipient's SDK beside the ciphertext
public record Options(
    boolean offline,
    Clock clock,
    SecureRandom random,
    Optional<Duration> archiveAfter,
    OpenTelemetry telemetry) {
  private static final Duration LEAST_AGE = Duration.ofDays(45);

  /// Checks the age.
  ///
  /// @throws SottoException INVALID_INPUT if it is below 45 days
  public Options {
    if (archiveAfter.filter(age -> age.compareTo(LEAST_AGE) < 0).isPresent()) {
      throw SottoException.invalid("archive age", "An age to archive after is 45 days or more.");
    }
  }

  /// Connects by itself; the system's clock and random numbers; no telemetry.
  public static Options defaults() {
    return new Options(
        false, Clock.systemUTC(), new SecureRandom(), Optional.empty(), OpenTelemetry.noop());
  }

  /// The same without a connection.
  public Options withoutConnection() {
    return new Options(true, clock, random, archiveAfter, telemetry);
  }

  /// The same with another clock.
  public Options withClock(Clock other) {
    return new Options(offline, other, random, archiveAfter, telemetry);
  }

  /// The same, moving old messages to the archive by itself.
  ///
  /// @param age 45 days or more
  public Options archivingAfter(Duration age) {
    return new Options(offline, clock, random, Optional.of(age), telemetry);
  }

  /// The same, with spans for messages.
  ///
  /// @param other stays the caller's
  public Options withTelemetry(OpenTelemetry other) {
    return new Options(offline, clock, random, archiveAfter, other);
  }
}
