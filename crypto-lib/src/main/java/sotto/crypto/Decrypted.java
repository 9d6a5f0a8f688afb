package sotto.crypto;

/// What came of decrypting a message. Only [Plaintext] has changed anything in the store.
public sealed interface Decrypted {
  /// The padded content; the advanced session is stored, used pre-keys are removed.
  ///
  /// @param bytes what was encrypted
  @SuppressWarnings("ArrayRecordComponent")
  record Plaintext(byte[] bytes) implements Decrypted {
    @Override
    public String toString() {
      return "Plaintext[" + bytes.length + " bytes]";
    }
  }

  /// It was decrypted before: ignore it, ask for nothing.
  record Duplicate() implements Decrypted {}

  /// There is no session with the device, and the message does not start one.
  record NoSession() implements Decrypted {}

  /// The newest known chain names no such device: fetch the chain, then try again.
  record UnknownDevice() implements Decrypted {}

  /// The message or its session is of another identity key than the newest known chain names for
  /// the device.
  record IdentityChanged() implements Decrypted {}

  /// It cannot be decrypted, now or ever.
  ///
  /// @param reason why
  record Undecryptable(Reason reason) implements Decrypted {}

  /// Why a message cannot be decrypted.
  enum Reason {
    /// The bytes are no message, or larger than any message is.
    MALFORMED,
    /// A version or type that this program does not know.
    UNSUPPORTED,
    /// No state of the session fits: forged, damaged, too old, or the sessions of the two sides
    /// have parted.
    NO_MATCHING_STATE,
    /// It would start a session with a pre-key that is used up or forgotten.
    PRE_KEY_GONE,
    /// It would start a session a second time with a last-resort key: a replay, or this side has
    /// lost the session that it belongs to.
    REPLAYED,
    /// It claims to come from this very device.
    FROM_SELF,
    /// The library failed in a way that its interface does not name.
    LIBRARY_FAULT;

    /// Whether the sender can heal it: ask for the message again in a new session. What is
    /// malformed or unsupported deserves no question, so that nobody makes this device ask by
    /// sending garbage. The very bytes of an earlier message are no matter of this: they are known
    /// before they are decrypted.
    public boolean healable() {
      return switch (this) {
        case NO_MATCHING_STATE, PRE_KEY_GONE, REPLAYED, LIBRARY_FAULT -> true;
        case MALFORMED, UNSUPPORTED, FROM_SELF -> false;
      };
    }
  }
}
