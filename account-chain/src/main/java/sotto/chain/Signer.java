package sotto.chain;

/// Whose signature a link carries first.
public sealed interface Signer {
  /// A device in the list.
  ///
  /// @param device its number
  record Device(DeviceId device) implements Signer {}

  /// The recovery key.
  record RecoveryKey() implements Signer {}
}
