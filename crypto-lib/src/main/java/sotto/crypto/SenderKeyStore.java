package sotto.crypto;

import java.util.Optional;
import java.util.UUID;
import sotto.chain.DeviceAddress;

/// The sender keys of this device and of others, persisted by the caller in the caller's current
/// transaction.
///
/// [GroupCrypto] calls it on the thread on which it was called itself: it reads once when an
/// operation begins, and writes at most once, when that has succeeded. An unchecked exception comes
/// out of [GroupCrypto] as itself; the transaction is then to be rolled back.
///
/// Records are secret and opaque. Arrays are neither kept by the callee nor changed by the caller
/// afterwards. [MemorySenderKeyStore] is the shipped fake; `SenderKeyStoreContract` in the test jar
/// is what every store must pass.
public interface SenderKeyStore {
  /// What is known of a device's key.
  Optional<byte[]> senderKey(DeviceAddress sender, UUID distribution);

  /// Keeps what is known of a device's key in place of what was before.
  void putSenderKey(DeviceAddress sender, UUID distribution, byte[] record);
}
