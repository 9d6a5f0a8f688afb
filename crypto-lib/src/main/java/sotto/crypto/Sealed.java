package sotto.crypto;

/// What came of encrypting for one device.
public sealed interface Sealed {
  /// The ciphertext; the advanced session is stored.
  ///
  /// @param type [#RATCHET] or [#PRE_KEY]
  /// @param bytes the ciphertext
  /// @param recipientRegistrationId the registration id of the device that the session is with
  @SuppressWarnings("ArrayRecordComponent")
  record Ciphertext(int type, byte[] bytes, int recipientRegistrationId) implements Sealed {
    /// A message of an established session (Double Ratchet with SPQR).
    public static final int RATCHET = 1;

    /// One of the first messages of a session (PQXDH).
    public static final int PRE_KEY = 2;

    @Override
    public String toString() {
      return "Ciphertext[type " + type + ", " + bytes.length + " bytes]";
    }
  }

  /// There is no session usable now, or its key is not the one in the newest known chain: get a
  /// bundle and start one.
  record NoSession() implements Sealed {}
}
