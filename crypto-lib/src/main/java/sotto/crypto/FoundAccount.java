package sotto.crypto;

import java.security.SecureRandom;
import java.time.Clock;
import sotto.chain.AccountChain;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chain.Link;
import sotto.chain.LinkBody;

/// A new account, not yet known to any server.
///
/// @param link0 the link that founds it
/// @param chain the chain with that one link
/// @param keys the private keys of device 1
public record FoundAccount(Link link0, AccountChain chain, DeviceKeys keys) {
  /// Founds an account with new device keys.
  ///
  /// @param recovery its recovery key, used once here
  /// @param clock says when
  /// @param random makes keys
  public static FoundAccount create(RecoveryKey recovery, Clock clock, SecureRandom random) {
    return create(DeviceKeys.generate(random), recovery, clock);
  }

  /// Founds an account with keys that exist already.
  public static FoundAccount create(DeviceKeys keys, RecoveryKey recovery, Clock clock) {
    Link link0 =
        LinkBody.found(keys.foundingEntry(), recovery.publicKey(), clock.millis())
            .sign(keys.signer(), recovery.signer());
    return switch (AccountChain.found(link0)) {
      case AccountChain.Extended(AccountChain chain) -> new FoundAccount(link0, chain, keys);
      case AccountChain.AlreadyThere _, AccountChain.Refused _ ->
          throw new IllegalStateException("own link 0 is refused");
    };
  }

  /// The address of the first device.
  public DeviceAddress address() {
    return new DeviceAddress(chain.id(), DeviceId.FIRST);
  }
}
