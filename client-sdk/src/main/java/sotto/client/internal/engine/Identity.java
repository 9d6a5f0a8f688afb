package sotto.client.internal.engine;

import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.client.Account;
import sotto.crypto.AccessKey;
import sotto.crypto.DeviceKeys;
import sotto.crypto.SessionCrypto;

/// Who this home is, once it is registered.
///
/// @param account the account
/// @param address this device
/// @param keys its private keys; for the lane only
/// @param crypto its sessions; for the lane only
/// @param accessKey lets contacts see this account's presence
record Identity(
    Account account,
    DeviceAddress address,
    DeviceKeys keys,
    SessionCrypto crypto,
    AccessKey accessKey) {
  AccountId id() {
    return address.account();
  }
}
