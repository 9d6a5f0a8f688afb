package sotto.crypto;

import sotto.chain.Bytes;
import sotto.chain.DeviceAddress;

/// What came of taking the wrapper off a sealed message.
public sealed interface Unwrapped {
  /// What was inside, and who the server says has sent it. Whether the newest chain lists the
  /// device with this key is the caller's to check; and only what is inside proves, by decrypting
  /// in a session with that device, that it comes from there.
  ///
  /// @param from the device that the certificate names
  /// @param identityKey the identity key that the certificate gives it, 33 bytes
  /// @param type [Sealed.Ciphertext#RATCHET] or [Sealed.Ciphertext#PRE_KEY]
  /// @param bytes the ciphertext inside
  @SuppressWarnings("ArrayRecordComponent")
  record Opened(DeviceAddress from, Bytes identityKey, int type, byte[] bytes)
      implements Unwrapped {
    @Override
    public String toString() {
      return "Opened[type " + type + ", " + bytes.length + " bytes]";
    }
  }

  /// Nothing in it can be believed.
  ///
  /// @param reason why
  record Refused(Reason reason) implements Unwrapped {}

  /// Why a sealed message is refused.
  enum Reason {
    /// The bytes are none for this device, damaged, or larger than any message is.
    MALFORMED,
    /// What is inside is of a kind that this program does not know.
    UNSUPPORTED,
    /// No trust root vouches for the sender at the time it was accepted.
    NOT_CERTIFIED
  }
}
