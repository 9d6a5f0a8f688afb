package sotto.relay.stream;

import java.util.Optional;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.mesh.MonotonicClock;
import sotto.mesh.RateLimits;
import sotto.relay.RelayConfig;
import sotto.relay.limit.Exceeded;

/// The limits of sends: of each device in all and to each account, and to each account from all
/// devices. They outlive streams, so that a new stream is no new allowance. Thread-safe.
public final class SendLimits {
  private static final int MOST_DEVICES = 500_000;
  private static final int MOST_PAIRS = 200_000;
  private static final int MOST_RECIPIENTS = 200_000;

  private final RateLimits<DeviceAddress> devices;
  private final RateLimits<DeviceAddress> groupRecipients;
  private final RateLimits<Pair> pairs;
  private final RateLimits<AccountId> recipients;

  /// A sending device and the account it sends to.
  record Pair(DeviceAddress sender, AccountId recipient) {}

  /// Full buckets of the configured rates.
  ///
  /// @param config the rates
  /// @param time measures the refill
  public SendLimits(RelayConfig config, MonotonicClock time) {
    this.devices = new RateLimits<>(config.sendsPerDevice(), MOST_DEVICES, time);
    this.groupRecipients = new RateLimits<>(config.groupRecipientsPerDevice(), MOST_DEVICES, time);
    this.pairs = new RateLimits<>(config.sendsPerPair(), MOST_PAIRS, time);
    this.recipients = new RateLimits<>(config.sendsPerRecipient(), MOST_RECIPIENTS, time);
  }

  /// Takes one group send.
  ///
  /// @param recipients how many it is for
  /// @return the limit that it meets; empty when it may go
  Optional<Exceeded> takeGroup(DeviceAddress sender, int recipients) {
    return Exceeded.of("sends-per-device", devices.take(sender, 1))
        .or(() ->
            Exceeded.of("group-recipients-per-device", groupRecipients.take(sender, recipients)));
  }

  /// Takes one send.
  ///
  /// @return the limit that it meets; empty when it may go
  Optional<Exceeded> take(Pair pair) {
    return Exceeded.of("sends-per-device", devices.take(pair.sender(), 1))
        .or(() -> Exceeded.of("sends-per-pair", pairs.take(pair, 1)))
        .or(() -> Exceeded.of("sends-per-recipient", recipients.take(pair.recipient(), 1)));
  }
}
