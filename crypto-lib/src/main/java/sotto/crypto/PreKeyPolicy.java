package sotto.crypto;

import java.time.Duration;
import java.time.Instant;

/// When to make new pre-keys and when to forget old ones (protocol R4). Pure functions.
public final class PreKeyPolicy {
  /// How many one-time keys of each kind the server should hold.
  public static final int ONE_TIME_TARGET = 100;

  /// Fewer one-time keys than this are filled up.
  public static final int REFILL_BELOW = 20;

  /// How long a signed or last-resort key is the current one.
  public static final Duration ROTATE_AFTER = Duration.ofDays(7);

  /// How long the private half of a replaced key is kept: longer than a retry (14 days) and a
  /// mailbox (30 days) last.
  public static final Duration KEEP_REPLACED = Duration.ofDays(60);

  private PreKeyPolicy() {}

  /// How many one-time keys of a kind to make when the server holds this many.
  public static int toMake(int left) {
    return left < REFILL_BELOW ? ONE_TIME_TARGET - Math.max(left, 0) : 0;
  }

  /// Whether the current signed or last-resort key is to be replaced. One from the future is: the
  /// clock was wrong.
  public static boolean rotationDue(Instant madeAt, Instant now) {
    return !now.isBefore(madeAt.plus(ROTATE_AFTER)) || madeAt.isAfter(now.plus(ROTATE_AFTER));
  }

  /// Whether the private half of a key that was replaced at some time can be forgotten.
  public static boolean forgettable(Instant replacedAt, Instant now) {
    return !now.isBefore(replacedAt.plus(KEEP_REPLACED));
  }
}
