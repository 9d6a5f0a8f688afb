package sotto.client;

import java.time.Duration;
import java.util.Optional;
import sotto.client.internal.engine.Engine;

/// How long the account's devices keep messages. For ever, until something else is said; the store
/// keeps what is said, and the other devices are told. Of two decisions the later one counts.
///
/// What is older is deleted by itself, a little at a time while there is a connection, read or not.
/// What has not been sent stays, and so does what is in the [Archive]. Thread-safe.
public final class Retention {
  private static final Duration LEAST = Duration.ofDays(1);
  private static final Duration MOST = Duration.ofDays(36_500);

  private final Engine engine;

  Retention(Engine engine) {
    this.engine = engine;
  }

  /// How long messages stay; empty = for ever.
  public Optional<Duration> age() {
    return engine.pruning().age();
  }

  /// Keeps messages for so long from now on.
  ///
  /// @param age 1 to 36,500 days; what is beyond a whole day does not count
  /// @throws SottoException INVALID_INPUT
  public void keep(Duration age) {
    if (age.compareTo(LEAST) < 0 || age.compareTo(MOST) > 0) {
      throw SottoException.invalid("age", "Messages are kept for 1 to 36,500 days.");
    }
    engine.pruning().keep(Optional.of(age));
  }

  /// Keeps messages for ever from now on.
  public void keepForever() {
    engine.pruning().keep(Optional.empty());
  }

  /// Deletes what is too old now, instead of a little at a time.
  ///
  /// @return how many messages; empty without a connection: then it is done with the next one
  public Optional<Long> apply() {
    return engine.pruning().run();
  }
}
