package sotto.crypto;

import java.util.Optional;
import org.signal.libsignal.internal.Native;
import org.signal.libsignal.internal.NativeHandleGuard;
import org.signal.libsignal.metadata.protocol.UnidentifiedSenderMessageContent;
import org.signal.libsignal.protocol.IdentityKeyPair;
import org.signal.libsignal.protocol.SignalProtocolAddress;
import org.signal.libsignal.protocol.message.CiphertextMessage;
import org.signal.libsignal.protocol.message.PreKeySignalMessage;
import org.signal.libsignal.protocol.message.SignalMessage;
import sotto.chain.Bytes;
import sotto.chain.DeviceAddress;

/// Hides from servers who sends: the Signal protocol's sealed sender, around a ciphertext of
/// [SessionCrypto].
///
/// The wrapper is encrypted to the recipient's identity key and holds the sender's certificate and
/// the ciphertext. It is made anew for every attempt: what must be the same in a retry is the
/// ciphertext inside, by which a receiver knows it again. It keeps no state.
///
/// Guarantees: whatever a message contains, the answer is an [Unwrapped] and no exception; of a
/// message that is [Unwrapped.Opened] nobody can tell who made the wrapper but by the certificate
/// in it, and by what is inside. Not guaranteed: forward secrecy of the wrapper. Who gets the
/// recipient's identity key learns who has sent what was recorded.
public final class SealedSender {
  /// The largest message that is looked at, in bytes.
  public static final int MAX_MESSAGE = SessionCrypto.MAX_MESSAGE;

  private final IdentityKeyPair identity;

  /// Works for one device.
  ///
  /// @param own its keys; copied into native memory, so that closing them later does not end this
  ///   object
  public SealedSender(DeviceKeys own) {
    this.identity = own.identityKeyPair();
  }

  /// Wraps a ciphertext for one device.
  ///
  /// @param to the device that it was encrypted for
  /// @param identityKey that device's identity key, as the newest chain has it
  /// @param certificate this device's own
  /// @param inner what [SessionCrypto#encrypt] made
  /// @throws IllegalStateException if the library fails, as when a key is none
  public byte[] wrap(
      DeviceAddress to, Bytes identityKey, SenderCertificate certificate, Inner inner) {
    try {
      var content =
          new UnidentifiedSenderMessageContent(
              message(inner),
              new org.signal.libsignal.metadata.certificate.SenderCertificate(
                  certificate.bytes().toArray()),
              UnidentifiedSenderMessageContent.CONTENT_HINT_DEFAULT,
              Optional.empty());
      var address = new SignalProtocolAddress(to.account().toString(), to.device().number());
      try (var device = new NativeHandleGuard(address);
          var inside = new NativeHandleGuard(content)) {
        return Native.SealedSessionCipher_Encrypt(
            device.nativeHandle(),
            inside.nativeHandle(),
            new WrapperKeys(identity, Optional.of(identityKey)));
      }
    } catch (Exception | AssertionError e) {
      throw new IllegalStateException("a sealed message was not made", e);
    }
  }

  /// A ciphertext that is wrapped.
  ///
  /// @param type [Sealed.Ciphertext#RATCHET] or [Sealed.Ciphertext#PRE_KEY]
  /// @param bytes the ciphertext
  @SuppressWarnings("ArrayRecordComponent")
  public record Inner(int type, byte[] bytes) {
    @Override
    public String toString() {
      return "Inner[type " + type + ", " + bytes.length + " bytes]";
    }
  }

  private static CiphertextMessage message(Inner inner) throws Exception {
    return switch (inner.type()) {
      case Sealed.Ciphertext.RATCHET -> new SignalMessage(inner.bytes());
      case Sealed.Ciphertext.PRE_KEY -> new PreKeySignalMessage(inner.bytes());
      default -> throw new IllegalArgumentException("unknown type " + inner.type());
    };
  }

  /// Takes the wrapper off.
  ///
  /// @param acceptedAtMillis when the server accepted it, milliseconds since 1970: the certificate
  ///   must have been good then, whenever the message is read
  public Unwrapped unwrap(byte[] sealed, TrustRoots roots, long acceptedAtMillis) {
    if (sealed.length > MAX_MESSAGE) {
      return new Unwrapped.Refused(Unwrapped.Reason.MALFORMED);
    }
    try {
      return opened(
          new UnidentifiedSenderMessageContent(
              Native.SealedSessionCipher_DecryptToUsmc(
                  sealed, new WrapperKeys(identity, Optional.empty()))),
          roots,
          acceptedAtMillis);
    } catch (Exception | AssertionError e) {
      return new Unwrapped.Refused(Unwrapped.Reason.MALFORMED);
    }
  }

  private static Unwrapped opened(
      UnidentifiedSenderMessageContent content, TrustRoots roots, long acceptedAtMillis) {
    Optional<SenderCertificate> certificate =
        SenderCertificate.read(content.getSenderCertificate(), roots, acceptedAtMillis);
    if (certificate.isEmpty()) {
      return new Unwrapped.Refused(Unwrapped.Reason.NOT_CERTIFIED);
    }
    int type =
        switch (content.getType()) {
          case CiphertextMessage.WHISPER_TYPE -> Sealed.Ciphertext.RATCHET;
          case CiphertextMessage.PREKEY_TYPE -> Sealed.Ciphertext.PRE_KEY;
          default -> 0;
        };
    return type == 0
        ? new Unwrapped.Refused(Unwrapped.Reason.UNSUPPORTED)
        : new Unwrapped.Opened(
            certificate.get().device(),
            certificate.get().identityKey(),
            type,
            content.getContent());
  }
}
