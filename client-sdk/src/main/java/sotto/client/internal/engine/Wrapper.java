package sotto.client.internal.engine;

import com.google.protobuf.ByteString;
import java.util.Optional;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceEntry;
import sotto.chain.DeviceId;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.DeviceEnvelope;
import sotto.chat.v1.Envelope;
import sotto.chat.v1.SealedSend;
import sotto.chat.v1.Send;
import sotto.client.internal.store.ContactRow;
import sotto.crypto.AccessKey;
import sotto.crypto.Sealed;
import sotto.crypto.SealedSender;
import sotto.crypto.SenderCertificate;
import sotto.crypto.Unwrapped;

/// Puts the wrapper that hides the sender around ciphertexts, anew for every attempt, and takes it
/// off. For the lane only.
final class Wrapper {
  /// What was inside a wrapper.
  ///
  /// @param envelope as if it had come without, from the certified sender
  /// @param certifiedKey the identity key that the server gives the sender
  record Inside(Envelope envelope, Bytes certifiedKey) {}

  private final Core core;
  private final Certificates certificates;

  Wrapper(Core core, Certificates certificates) {
    this.core = core;
    this.certificates = certificates;
  }

  /// Whether what is new to an account may go without saying who sends it.
  boolean possible(AccountId account) {
    return core.store().contacts().sealedFor(account).isPresent() && certificates.own().isPresent();
  }

  /// Wraps a frame; empty while there is no certificate. A device that has left since gets nothing.
  Optional<SealedSend> wrap(Send frame, AccountId account) {
    Optional<SenderCertificate> certificate = certificates.own();
    Optional<AccountChain> chain = core.store().chains().of(account);
    if (certificate.isEmpty() || chain.isEmpty()) {
      return Optional.empty();
    }
    Send.Builder wrapped = frame.toBuilder().clearDevices();
    for (DeviceEnvelope envelope : frame.getDevicesList()) {
      chain
          .get()
          .device(new DeviceId(envelope.getDevice()))
          .ifPresent(
              entry -> wrapped.addDevices(wrapped(envelope, account, entry, certificate.get())));
    }
    return Optional.of(
        SealedSend.newBuilder().setSend(wrapped).setAccessKey(accessKey(account)).build());
  }

  /// Where none is known any more, one that lets nobody in: then it is known what became of what
  /// went before.
  private ByteString accessKey(AccountId account) {
    return core.store()
        .contacts()
        .find(account)
        .flatMap(ContactRow::accessKey)
        .map(ByteString::copyFrom)
        .orElseGet(() -> ByteString.copyFrom(new byte[AccessKey.LENGTH]));
  }

  private DeviceEnvelope wrapped(
      DeviceEnvelope envelope,
      AccountId account,
      DeviceEntry entry,
      SenderCertificate certificate) {
    int type =
        envelope.getType() == CiphertextType.CIPHERTEXT_TYPE_PRE_KEY
            ? Sealed.Ciphertext.PRE_KEY
            : Sealed.Ciphertext.RATCHET;
    byte[] sealed =
        core.self()
            .sealedSender()
            .wrap(
                new DeviceAddress(account, entry.device()),
                entry.identityKey(),
                certificate,
                new SealedSender.Inner(type, envelope.getCiphertext().toByteArray()));
    return envelope.toBuilder()
        .setType(CiphertextType.CIPHERTEXT_TYPE_SEALED)
        .setCiphertext(ByteString.copyFrom(sealed))
        .build();
  }

  /// Takes the wrapper off; empty if nothing in it can be believed: it may be from anybody.
  Optional<Inside> unwrap(Envelope envelope, long acceptedAt) {
    return certificates
        .roots()
        .map(roots ->
            core.self()
                .sealedSender()
                .unwrap(envelope.getCiphertext().toByteArray(), roots, acceptedAt))
        .flatMap(Wrapper::inside);
  }

  private static Optional<Inside> inside(Unwrapped unwrapped) {
    return switch (unwrapped) {
      case Unwrapped.Opened opened ->
          Optional.of(
              new Inside(
                  Envelope.newBuilder()
                      .setSenderAccountId(ByteString.copyFrom(opened.from().account().bytes()))
                      .setSenderDevice(opened.from().device().number())
                      .setType(
                          opened.type() == Sealed.Ciphertext.PRE_KEY
                              ? CiphertextType.CIPHERTEXT_TYPE_PRE_KEY
                              : CiphertextType.CIPHERTEXT_TYPE_RATCHET)
                      .setCiphertext(ByteString.copyFrom(opened.bytes()))
                      .build(),
                  opened.identityKey()));
      case Unwrapped.Refused _ -> Optional.empty();
    };
  }
}
