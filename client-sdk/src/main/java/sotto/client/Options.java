package sotto.client;

import java.security.SecureRandom;
import java.time.Clock;

/// How a home is opened.
///
/// @param offline true = no connection is made; everything that is stored can be read and written
/// @param clock the wall clock; the server corrects it
/// @param random for ids, keys and jitter
public record Options(boolean offline, Clock clock, SecureRandom random) {
  /// Connects by itself; the system's clock and random numbers.
  public static Options defaults() {
    return new Options(false, Clock.systemUTC(), new SecureRandom());
  }

  /// The same without a connection.
  public Options withoutConnection() {
    return new Options(true, clock, random);
  }

  /// The same with another clock.
  public Options withClock(Clock other) {
    return new Options(offline, other, random);
  }
}
