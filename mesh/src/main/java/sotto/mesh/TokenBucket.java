package sotto.mesh;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// A rate limiter for one thing, as the generic cell rate algorithm (ITU-T I.371, annex A): a token
/// bucket whose whole state is the time at which it will be full again. Thread-safe, without locks.
public final class TokenBucket {
  private final Rate rate;
  private final MonotonicClock clock;
  private final AtomicLong fullAt;

  /// A full bucket.
  ///
  /// @param rate its size and refill
  /// @param clock measures the refill
  public TokenBucket(Rate rate, MonotonicClock clock) {
    this.rate = rate;
    this.clock = clock;
    this.fullAt = new AtomicLong(clock.nanos());
  }

  /// Takes tokens, all or none.
  ///
  /// @param tokens how many, from 0; more than the burst are never granted but asked to wait for a
  ///   full bucket
  /// @return whether
  public Permit take(int tokens) {
    return take(tokens, true);
  }

  /// What [#take] would answer now. Takes nothing.
  ///
  /// @param tokens how many, from 0
  public Permit ask(int tokens) {
    return take(tokens, false);
  }

  /// Puts tokens back that were taken and not used.
  ///
  /// @param tokens how many, from 0; a bucket never holds more than its burst
  public void giveBack(int tokens) {
    var price = (long) (tokens * rate.perToken());
    while (true) {
      var now = clock.nanos();
      var full = fullAt.get();
      var debt = Math.max(0, full - now);
      if (fullAt.compareAndSet(full, now + Math.max(0, debt - price))) {
        return;
      }
    }
  }

  private Permit take(int tokens, boolean really) {
    Require.between("tokens", tokens, 0, Integer.MAX_VALUE);
    var now = clock.nanos();
    var burst = rate.refill().toNanos();
    // Rounded up, so that no more is granted than allowed, but a burst costs no more than a full
    // bucket.
    var whole = tokens <= rate.burst() ? burst : Long.MAX_VALUE / 2;
    var price = Math.min((long) Math.ceil(tokens * rate.perToken()), whole);
    while (true) {
      var full = fullAt.get();
      // Differences, because the clock may pass Long.MAX_VALUE.
      var debt = Math.max(0, full - now);
      var after = debt + price;
      if (after > burst) {
        return refused(tokens <= rate.burst() ? after - burst : Math.max(debt, 1));
      }
      if (!really || fullAt.compareAndSet(full, now + after)) {
        return Permit.GRANTED;
      }
    }
  }

  /// Whether nothing is missing: as good as new.
  ///
  /// @return true if it can be forgotten
  public boolean isFull() {
    return fullAt.get() - clock.nanos() <= 0;
  }

  private static Permit refused(long nanos) {
    return new Permit.Refused(Duration.ofMillis(Math.max(1, (nanos + 999_999) / 1_000_000)));
  }
}
