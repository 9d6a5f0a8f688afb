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
    return waiting(accounts.take(account, kib(bytes)));
  }

  /// What [#take] would answer now. Takes nothing.
  public Optional<Duration> ask(AccountId account, long bytes) {
    return waiting(accounts.ask(account, kib(bytes)));
  }

  /// Puts bytes back that were taken and did not come.
  public void giveBack(AccountId account, long bytes) {
    accounts.giveBack(account, (int) Math.min(rate.burst(), bytes / KIB));
  }

  private int kib(long bytes) {
    return (int) Math.min(rate.burst(), Math.ceilDiv(bytes, KIB));
  }

  private static Optional<Duration> waiting(Permit permit) {
    return switch (permit) {
      case Permit.Granted _ -> Optional.empty();
      case Permit.Refused(Duration retryAfter) -> Optional.of(retryAfter);
    };
  }

  /// What an account may send at once, bytes.
  public long limitBytes() {
    return (long) rate.burst() * KIB;
  }
}
