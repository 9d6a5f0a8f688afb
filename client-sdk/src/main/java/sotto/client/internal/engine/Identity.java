package sotto.client.internal.engine;

import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.client.Account;
import sotto.crypto.DeviceKeys;
import sotto.crypto.GroupCrypto;
import sotto.crypto.ProfileKey;
import sotto.crypto.SealedSender;
import sotto.crypto.SessionCrypto;

/// Who this home is, once it is registered.
///
/// @param account the account
/// @param address this device
/// @param keys its private keys; for the lane only
/// @param crypto its sessions; for the lane only
/// @param groupCrypto its sender keys and those of others; for the lane only
/// @param sealedSender hides from servers who sends
/// @param profileKey lets contacts read this account's profile and see its presence
record Identity(
    Account account,
    DeviceAddress address,
    DeviceKeys keys,
    SessionCrypto crypto,
    GroupCrypto groupCrypto,
    SealedSender sealedSender,
    ProfileKey profileKey) {
  /// The same with another key.
  Identity with(ProfileKey other) {
    return new Identity(account, address, keys, crypto, groupCrypto, sealedSender, other);
  }

  AccountId id() {
    return address.account();
  }
}
