package sotto.relay.edge;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Optional;
import java.util.function.Consumer;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.GetProfileRequest;
import sotto.chain.AccountId;
import sotto.keys.v1.GetBundlesRequest;
import sotto.keys.v1.KeyServiceGrpc;
import sotto.mesh.Caller;
import sotto.mesh.MonotonicClock;
import sotto.mesh.PeerAddress;
import sotto.mesh.Rate;
import sotto.mesh.RateLimits;
import sotto.relay.RelayConfig;
import sotto.relay.limit.Exceeded;

/// The limits of the passed-through calls: of one account in all, of its look-ups, of its bundle
/// fetches for each target (unknown ones count too), as many profile fetches, and of one address
/// where there is no token, of one account's changes of groups, with less of what makes accounts or
/// restores them, and of what fills slots. Thread-safe.
public final class Limits implements CallPolicy {
  private static final int MOST = 100_000;

  private final RateLimits<AccountId> calls;
  private final RateLimits<AccountId> lookUps;
  private final RateLimits<AccountId> groupChanges;
  private final RateLimits<Pair> bundles;
  private final RateLimits<Pair> profiles;
  private final RateLimits<PeerAddress> addresses;
  private final RateLimits<PeerAddress> registrations;
  private final RateLimits<PeerAddress> recoveries;
  private final RateLimits<PeerAddress> slots;
  private final Consumer<AccountId> chainChanged;

  private record Pair(AccountId caller, ByteString target) {}

  /// The rates of the limits.
  ///
  /// @param calls of one account in all
  /// @param lookUps of usernames by one account
  /// @param groupChanges changes of groups by one account
  /// @param bundles of one account for one target, and as many of its profile
  /// @param addresses of one address without token
  /// @param registrations from one address
  /// @param recoveries recoveries asked for from one address
  /// @param slots messages put into slots from one address
  public record Rates(
      Rate calls,
      Rate lookUps,
      Rate groupChanges,
      Rate bundles,
      Rate addresses,
      Rate registrations,
      Rate recoveries,
      Rate slots) {
    /// The rates that a relay is configured with.
    public static Rates of(RelayConfig config) {
      return new Rates(
          config.calls(),
          config.lookUps(),
          config.groupChanges(),
          config.bundlesPerPair(),
          config.addressCalls(),
          config.registrations(),
          config.recoveries(),
          config.slots());
    }
  }

  /// Full buckets.
  ///
  /// @param rates their rates
  /// @param time measures the refill
  /// @param chainChanged told when an account may have removed a device
  public Limits(Rates rates, MonotonicClock time, Consumer<AccountId> chainChanged) {
    this.calls = new RateLimits<>(rates.calls(), MOST, time);
    this.lookUps = new RateLimits<>(rates.lookUps(), MOST, time);
    this.groupChanges = new RateLimits<>(rates.groupChanges(), MOST, time);
    this.bundles = new RateLimits<>(rates.bundles(), MOST, time);
    this.profiles = new RateLimits<>(rates.bundles(), MOST, time);
    this.addresses = new RateLimits<>(rates.addresses(), MOST, time);
    this.registrations = new RateLimits<>(rates.registrations(), MOST, time);
    this.recoveries = new RateLimits<>(rates.recoveries(), MOST, time);
    this.slots = new RateLimits<>(rates.slots(), MOST, time);
    this.chainChanged = chainChanged;
  }

  /// Takes one change of a group.
  ///
  /// @return the limit that it meets; empty when it may pass
  public Optional<Exceeded> takeChange(Caller caller) {
    return Exceeded.of("calls", calls.take(caller.account(), 1))
        .or(() -> Exceeded.of("group-changes", groupChanges.take(caller.account(), 1)));
  }

  @Override
  public Optional<Exceeded> take(
      String method, Optional<Caller> caller, Optional<PeerAddress> address, byte[] first)
      throws InvalidProtocolBufferException {
    if (caller.isEmpty()) {
      return address.flatMap(from -> withoutToken(method, from));
    }
    var account = caller.get().account();
    var exceeded = Exceeded.of("calls", calls.take(account, 1));
    if (exceeded.isPresent()) {
      return exceeded;
    }
    if (method.equals(AccountServiceGrpc.getLookUpUsernameMethod().getFullMethodName())) {
      return Exceeded.of("look-ups", lookUps.take(account, 1));
    }
    if (method.equals(KeyServiceGrpc.getGetBundlesMethod().getFullMethodName())) {
      var target = GetBundlesRequest.parseFrom(first).getAccountId();
      return Exceeded.of("bundles-per-pair", bundles.take(new Pair(account, target), 1));
    }
    if (method.equals(AccountServiceGrpc.getGetProfileMethod().getFullMethodName())) {
      var target = GetProfileRequest.parseFrom(first).getAccountId();
      return Exceeded.of("bundles-per-pair", profiles.take(new Pair(account, target), 1));
    }
    return Optional.empty();
  }

  private Optional<Exceeded> withoutToken(String method, PeerAddress address) {
    var exceeded = Exceeded.of("address-calls", addresses.take(address, 1));
    if (exceeded.isPresent()) {
      return exceeded;
    }
    if (method.equals(AccountServiceGrpc.getGetRecoveryMethod().getFullMethodName())) {
      return Exceeded.of("recoveries", recoveries.take(address, 1));
    }
    if (method.equals(AccountServiceGrpc.getPutSlotMethod().getFullMethodName())) {
      return Exceeded.of("slots", slots.take(address, 1));
    }
    boolean makes =
        method.equals(AccountServiceGrpc.getRegisterMethod().getFullMethodName())
            || method.equals(AccountServiceGrpc.getAddDeviceMethod().getFullMethodName());
    return makes ? Exceeded.of("registrations", registrations.take(address, 1)) : Optional.empty();
  }

  @Override
  public void succeeded(String method, Optional<Caller> caller) {
    if (method.equals(AccountServiceGrpc.getAppendLinkMethod().getFullMethodName())) {
      caller.map(Caller::account).ifPresent(chainChanged);
    }
  }
}
