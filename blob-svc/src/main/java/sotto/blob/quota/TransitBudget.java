package sotto.blob.quota;

import java.time.Duration;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.mesh.MonotonicClock;
import sotto.mesh.Permit;
import sotto.mesh.Rate;
import sotto.mesh.RateLimits;

/// How many bytes each account may send in a time: so many at once, refilled evenly. Known to this
/// process only, and until it ends. Thread-safe, does not block.
public final class TransitBudget {
  private static final int KIB = 1_024;
  private static final int MOST_ACCOUNTS = 100_000;

  private final Rate rate;
  private final RateLimits<AccountId> accounts;

  /// @param rate KiB
  /// @param time measures the refill
  public TransitBudget(Rate rate, MonotonicClock time) {
    this.rate = rate;
    this.accounts = new RateLimits<>(rate, MOST_ACCOUNTS, time);
  }

  /// Takes bytes of an account's budget, all or none.
  ///
  /// @return how long to wait when there are not so many; empty when they are granted
  public Optional<Duration> take(AccountId account, long bytes) {
    long kib = Math.min(rate.burst(), Math.ceilDiv(bytes, KIB));
    return switch (accounts.take(account, (int) kib)) {
      case Permit.Granted _ -> Optional.empty();
      case Permit.Refused(Duration retryAfter) -> Optional.of(retryAfter);
    };
  }

  /// What an account may send at once, bytes.
  public long limitBytes() {
    return (long) rate.burst() * KIB;
  }
}
