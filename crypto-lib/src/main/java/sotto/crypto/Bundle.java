package sotto.crypto;

import java.util.Optional;
import sotto.chain.DeviceAddress;

/// The public keys with which a session with one device starts, as a server hands them out: not
/// trusted.
///
/// @param address whose they are
/// @param registrationId the device's registration id
/// @param identityKey its identity key, compared with the one in its account's chain
/// @param signedPreKey its signed EC pre-key
/// @param kyberPreKey a one-time Kyber pre-key or the last-resort one
/// @param oneTimePreKey a one-time EC pre-key, if any was left
@SuppressWarnings("ArrayRecordComponent")
public record Bundle(
    DeviceAddress address,
    int registrationId,
    byte[] identityKey,
    SignedKey signedPreKey,
    SignedKey kyberPreKey,
    Optional<OneTimeKey> oneTimePreKey) {
  /// A public key with its id and the identity key's signature.
  ///
  /// @param id names it on its device
  /// @param key the public key
  /// @param signature XEdDSA over the public key
  public record SignedKey(int id, byte[] key, byte[] signature) {}

  /// A public key with its id.
  ///
  /// @param id names it on its device
  /// @param key the public key
  public record OneTimeKey(int id, byte[] key) {}
}
