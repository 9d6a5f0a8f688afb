package sotto.relay.stream;

import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.mesh.MonotonicClock;
import sotto.mesh.Permit;
import sotto.mesh.RateLimits;
import sotto.relay.RelayConfig;

/// The limits of sends: of each device in all and to each account. They outlive streams, so that a
/// new stream is no new allowance. Thread-safe.
public final class SendLimits {
  private static final int MOST_DEVICES = 500_000;
  private static final int MOST_PAIRS = 200_000;

  private final RateLimits<DeviceAddress> devices;
  private final RateLimits<Pair> pairs;

  /// A sending device and the account it sends to.
  record Pair(DeviceAddress sender, AccountId recipient) {}

  /// Full buckets of the configured rates.
  ///
  /// @param config the rates
  /// @param time measures the refill
  public SendLimits(RelayConfig config, MonotonicClock time) {
    this.devices = new RateLimits<>(config.sendsPerDevice(), MOST_DEVICES, time);
    this.pairs = new RateLimits<>(config.sendsPerPair(), MOST_PAIRS, time);
  }

  Permit take(Pair pair) {
    var permit = devices.take(pair.sender(), 1);
    return permit instanceof Permit.Granted ? pairs.take(pair, 1) : permit;
  }
}
