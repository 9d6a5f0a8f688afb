package sotto.chain;

import java.util.Optional;

/// What a link does to its account.
public sealed interface Change {
  /// The device that comes into the list by it.
  default Optional<DeviceEntry> added() {
    return switch (this) {
      case Found(DeviceEntry device, var _) -> Optional.of(device);
      case AddDevice(DeviceEntry device) -> Optional.of(device);
      case RemoveDevice _, ReplaceRecoveryKey _, DeleteAccount _ -> Optional.empty();
    };
  }

  /// Link 0: the account comes to be. Signed by this device and by this recovery key.
  ///
  /// @param device the first device, number 1
  /// @param recoveryKey the key that may only sign links
  record Found(DeviceEntry device, Ed25519PublicKey recoveryKey) implements Change {
    /// Checks the number.
    ///
    /// @throws IllegalArgumentException if the device is not number 1
    public Found {
      if (!device.device().equals(DeviceId.FIRST)) {
        throw new IllegalArgumentException("an account is founded by device 1");
      }
    }
  }

  /// A device joins. Signed by a listed device or the recovery key.
  ///
  /// @param device the new device
  record AddDevice(DeviceEntry device) implements Change {}

  /// A device leaves for good. Signed by a listed device (itself included) or the recovery key.
  ///
  /// @param device the device
  record RemoveDevice(DeviceId device) implements Change {}

  /// Another recovery key from here on. Signed by a listed device **and** the recovery key so far.
  ///
  /// @param recoveryKey the new key
  record ReplaceRecoveryKey(Ed25519PublicKey recoveryKey) implements Change {}

  /// The account ends; no link follows. Signed by a listed device or the recovery key.
  record DeleteAccount() implements Change {}
}
