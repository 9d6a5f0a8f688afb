package sotto.client.internal.engine;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.client.SottoException;
import sotto.client.internal.net.ServerCalls;
import sotto.crypto.Bundle;
import sotto.crypto.StartOutcome;
import sotto.keys.v1.Bundles;
import sotto.keys.v1.GetBundlesResponse;
import sotto.keys.v1.SignedPreKey;

/// Starts sessions with devices: fetches their account's chain and their bundles, and believes a
/// bundle only if its key stands in the chain. Blocks; not on the lane.
final class Sessions {
  /// What came of it.
  sealed interface Fetched {}

  /// There are sessions with all devices that were asked for but these.
  record Done(Set<DeviceId> withoutBundle) implements Fetched {}

  /// There is no such account.
  record NoAccount() implements Fetched {}

  /// Not now.
  record Later(Duration pause) implements Fetched {}

  private static final Duration SHORT = Duration.ofMillis(500);

  private final Core core;
  private final ChainSync chains;

  Sessions(Core core, ChainSync chains) {
    this.core = core;
    this.chains = chains;
  }

  /// Fetches the chain, and bundles for these devices.
  ///
  /// @param devices none = the chain only
  Fetched fetch(ServerCalls calls, AccountId account, List<DeviceId> devices) {
    try {
      if (devices.isEmpty()) {
        return chainOnly(calls, account);
      }
      GetBundlesResponse answer =
          calls.bundles(account, devices.stream().map(DeviceId::number).toList());
      return switch (answer.getOutcomeCase()) {
        case UNKNOWN, OUTCOME_NOT_SET -> new NoAccount();
        case BUNDLES -> start(calls, account, devices, answer.getBundles());
      };
    } catch (SottoException e) {
      return new Later(e.retryAfter().orElse(SHORT));
    }
  }

  private Fetched chainOnly(ServerCalls calls, AccountId account) {
    return switch (chains.refresh(calls, account)) {
      case ChainSync.Known _ -> new Done(Set.of());
      case ChainSync.NoAccount _ -> new NoAccount();
      case ChainSync.Refused _ -> new Later(SHORT);
    };
  }

  private Fetched start(
      ServerCalls calls, AccountId account, List<DeviceId> wanted, Bundles bundles) {
    long known =
        core.lane().call(_ -> core.store().chains().of(account).map(c -> c.sequence()).orElse(-1L));
    if (Integer.toUnsignedLong(bundles.getChainSequence()) > known) {
      Fetched chain = chainOnly(calls, account);
      if (!(chain instanceof Done)) {
        return chain;
      }
    }
    Set<DeviceId> missing = new HashSet<>(wanted);
    for (sotto.keys.v1.Bundle bundle : bundles.getBundlesList()) {
      if (DeviceId.valid(bundle.getDevice())
          && missing.contains(new DeviceId(bundle.getDevice()))
          && started(account, bundle)) {
        missing.remove(new DeviceId(bundle.getDevice()));
      }
    }
    return new Done(missing);
  }

  private boolean started(AccountId account, sotto.keys.v1.Bundle bundle) {
    Bundle checked =
        new Bundle(
            new DeviceAddress(account, new DeviceId(bundle.getDevice())),
            bundle.getRegistrationId(),
            bundle.getIdentityKey().toByteArray(),
            signed(bundle.getSignedPreKey()),
            signed(bundle.getKyberPreKey()),
            bundle.hasOneTimePreKey()
                ? Optional.of(
                    new Bundle.OneTimeKey(
                        bundle.getOneTimePreKey().getId(),
                        bundle.getOneTimePreKey().getPublicKey().toByteArray()))
                : Optional.empty());
    return core.lane().call(_ -> core.self().crypto().start(checked))
        instanceof StartOutcome.Started;
  }

  private static Bundle.SignedKey signed(SignedPreKey key) {
    return new Bundle.SignedKey(
        key.getId(), key.getPublicKey().toByteArray(), key.getSignature().toByteArray());
  }
}
