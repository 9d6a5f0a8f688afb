package sotto.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.signal.libsignal.metadata.protocol.UnidentifiedSenderMessageContent;
import org.signal.libsignal.protocol.ecc.ECKeyPair;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;

class SealedSenderTest {
  private static final long NOW = TestDevice.NOW.toEpochMilli();
  private static final long DAY = Duration.ofDays(1).toMillis();

  private final TestDevice alice = new TestDevice();
  private final TestDevice bob = new TestDevice();
  private final TestDevice mallory = new TestDevice();
  private final TestCertificates server = new TestCertificates();
  private final SealedSender bobs = new SealedSender(bob.keys);

  @BeforeEach
  void introduce() {
    TestDevice.introduce(alice, bob);
    assertThat(alice.crypto.start(bob.bundle())).isEqualTo(new StartOutcome.Started());
  }

  private SealedSender.Inner says(TestDevice who, String text) {
    var made =
        who.encrypt(bob, Padding.pad(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    return new SealedSender.Inner(made.type(), made.bytes());
  }

  private SenderCertificate certificate(byte[] bytes) {
    return SenderCertificate.read(bytes, server.roots(), NOW).orElseThrow();
  }

  private SenderCertificate alices() {
    return certificate(server.issue(alice.address, alice.keys.identityPublicKey(), NOW + DAY));
  }

  private byte[] wrapped(SenderCertificate certificate, SealedSender.Inner inner) {
    return new SealedSender(alice.keys)
        .wrap(bob.address, Bytes.of(bob.keys.identityPublicKey()), certificate, inner);
  }

  private Unwrapped opened(byte[] sealed) {
    return bobs.unwrap(sealed, server.roots(), NOW);
  }

  @Test
  void wrapper_givesBackTheCiphertextAndTheCertifiedSender() {
    SealedSender.Inner inner = says(alice, "hello");
    byte[] sealed = wrapped(alices(), inner);
    assertThat(opened(sealed))
        .isInstanceOfSatisfying(
            Unwrapped.Opened.class,
            it -> {
              assertThat(it.from()).isEqualTo(alice.address);
              assertThat(it.identityKey()).isEqualTo(Bytes.of(alice.keys.identityPublicKey()));
              assertThat(it.type()).isEqualTo(inner.type());
              assertThat(it.bytes()).isEqualTo(inner.bytes());
              assertThat(bob.crypto.decrypt(it.from(), it.type(), it.bytes()))
                  .isInstanceOf(Decrypted.Plaintext.class);
            });
  }

  @Test
  void twoWrappersOfOneCiphertext_shareNothing_andNameNobody() {
    SealedSender.Inner inner = says(alice, "hello");
    byte[] first = wrapped(alices(), inner);
    byte[] second = wrapped(alices(), inner);
    assertThat(first).isNotEqualTo(second);
    assertThat(text(first))
        .doesNotContain(text(alice.address.account().bytes()))
        .doesNotContain(text(alice.keys.identityPublicKey()))
        .doesNotContain(text(inner.bytes()));
    assertThat(((Unwrapped.Opened) opened(second)).bytes()).isEqualTo(inner.bytes());
  }

  private static String text(byte[] bytes) {
    return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
  }

  @Test
  void largestContent_stillFitsAnEnvelope() {
    var inner = alice.encrypt(bob, Padding.pad(new byte[Padding.MAX_CONTENT]));
    byte[] sealed = wrapped(alices(), new SealedSender.Inner(inner.type(), inner.bytes()));
    assertThat(inner.type()).isEqualTo(Sealed.Ciphertext.PRE_KEY);
    assertThat(sealed).hasSizeLessThanOrEqualTo(SealedSender.MAX_MESSAGE);
  }

  @Test
  void certificate_countsAtTheTimeOfAcceptance_notOfReading() {
    byte[] sealed = wrapped(alices(), says(alice, "hello"));
    assertThat(bobs.unwrap(sealed, server.roots(), NOW + DAY)).isInstanceOf(Unwrapped.Opened.class);
    assertThat(bobs.unwrap(sealed, server.roots(), NOW + DAY + 1))
        .isEqualTo(new Unwrapped.Refused(Unwrapped.Reason.NOT_CERTIFIED));
  }

  @Test
  void certificateOfAnotherRoot_isNoCertificate() {
    byte[] sealed = wrapped(alices(), says(alice, "hello"));
    TrustRoots others = new TestCertificates().roots();
    assertThat(bobs.unwrap(sealed, others, NOW))
        .isEqualTo(new Unwrapped.Refused(Unwrapped.Reason.NOT_CERTIFIED));
    byte[] own = server.issue(alice.address, alice.keys.identityPublicKey(), NOW + DAY);
    assertThat(SenderCertificate.read(own, others, NOW)).isEmpty();
    assertThat(SenderCertificate.read(own, server.roots(), NOW + DAY + 1)).isEmpty();
  }

  @Test
  void certificateWithAnotherKeyThanTheWrapperWasMadeWith_isRefused() {
    // Mallory shows what Alice once showed her.
    byte[] stolen =
        new SealedSender(mallory.keys)
            .wrap(
                bob.address,
                Bytes.of(bob.keys.identityPublicKey()),
                alices(),
                says(alice, "hello"));
    assertThat(opened(stolen)).isEqualTo(new Unwrapped.Refused(Unwrapped.Reason.MALFORMED));
  }

  @Test
  void certificateForAnotherDeviceUnderOnesOwnKey_isOpened_withTheKeyThatGivesItAway() {
    // What a server that lies can make: the chain says that this is not Alice's key.
    SenderCertificate lie =
        certificate(server.issue(alice.address, mallory.keys.identityPublicKey(), NOW + DAY));
    byte[] sealed =
        new SealedSender(mallory.keys)
            .wrap(bob.address, Bytes.of(bob.keys.identityPublicKey()), lie, says(alice, "hello"));
    assertThat(opened(sealed))
        .isInstanceOfSatisfying(
            Unwrapped.Opened.class,
            it -> {
              assertThat(it.from()).isEqualTo(alice.address);
              assertThat(bob.store.identityOf(it.from()).orElseThrow())
                  .isNotEqualTo(it.identityKey().toArray());
            });
  }

  @Test
  void namesThatAreNoAccount_areRefused() {
    byte[] key = alice.keys.identityPublicKey();
    for (String name : List.of("1-1-1-1-1", "alice", "+4915112345678", "")) {
      assertThat(SenderCertificate.read(server.issue(name, 1, key, NOW + DAY), server.roots(), NOW))
          .as(name)
          .isEmpty();
    }
    String account = "00000000-0000-0000-0000-000000000001";
    assertThat(
            SenderCertificate.read(server.issue(account, 127, key, NOW + DAY), server.roots(), NOW))
        .hasValueSatisfying(it ->
            assertThat(it.device())
                .isEqualTo(
                    new DeviceAddress(
                        AccountId.parse("00000000000000000000000000000001"), new DeviceId(127))));
  }

  @Test
  void kindsThatAreNotOfASession_areUnsupported() throws Exception {
    var certificate =
        new org.signal.libsignal.metadata.certificate.SenderCertificate(alices().bytes().toArray());
    var content =
        new UnidentifiedSenderMessageContent(
            new org.signal.libsignal.protocol.message.PlaintextContent(
                org.signal.libsignal.protocol.message.DecryptionErrorMessage.forOriginalMessage(
                    says(alice, "hello").bytes(),
                    org.signal.libsignal.protocol.message.CiphertextMessage.PREKEY_TYPE,
                    NOW,
                    1)),
            certificate,
            UnidentifiedSenderMessageContent.CONTENT_HINT_DEFAULT,
            java.util.Optional.empty());
    byte[] sealed;
    try (var device =
            new org.signal.libsignal.internal.NativeHandleGuard(
                new org.signal.libsignal.protocol.SignalProtocolAddress(
                    bob.address.account().toString(), 1));
        var inside = new org.signal.libsignal.internal.NativeHandleGuard(content)) {
      sealed =
          org.signal.libsignal.internal.Native.SealedSessionCipher_Encrypt(
              device.nativeHandle(),
              inside.nativeHandle(),
              new WrapperKeys(
                  alice.keys.identityKeyPair(),
                  java.util.Optional.of(Bytes.of(bob.keys.identityPublicKey()))));
    }
    assertThat(opened(sealed)).isEqualTo(new Unwrapped.Refused(Unwrapped.Reason.UNSUPPORTED));
  }

  @Test
  void anyBytes_areAnAnswer() {
    Random random = new Random(7);
    byte[] good = wrapped(alices(), says(alice, "hello"));
    byte[] certificate = alices().bytes().toArray();
    for (int i = 0; i < 3000; i++) {
      byte[] bytes = good.clone();
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      }
      assertThat(opened(bytes)).isInstanceOf(Unwrapped.Refused.class);
      byte[] short1 = java.util.Arrays.copyOf(good, random.nextInt(good.length));
      assertThat(opened(short1)).isInstanceOf(Unwrapped.Refused.class);
      byte[] noise = new byte[random.nextInt(800)];
      random.nextBytes(noise);
      assertThat(opened(noise)).isInstanceOf(Unwrapped.Refused.class);
      byte[] damaged = certificate.clone();
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      // A bit of what is not signed may change: who it names may not.
      assertThat(
              SenderCertificate.read(damaged, server.roots(), NOW).map(SenderCertificate::device))
          .isIn(java.util.Optional.empty(), java.util.Optional.of(alice.address));
    }
    assertThat(opened(new byte[SealedSender.MAX_MESSAGE + 1]))
        .isEqualTo(new Unwrapped.Refused(Unwrapped.Reason.MALFORMED));
    assertThat(SenderCertificate.read(new byte[5000], server.roots(), NOW)).isEmpty();
  }

  @Test
  void messageForAnotherDevice_isNotOpened() {
    byte[] sealed = wrapped(alices(), says(alice, "hello"));
    assertThat(new SealedSender(mallory.keys).unwrap(sealed, server.roots(), NOW))
        .isEqualTo(new Unwrapped.Refused(Unwrapped.Reason.MALFORMED));
  }

  @Test
  void rootsThatAreNoKeys_areRefused() {
    assertThatThrownBy(() -> new TrustRoots(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new TrustRoots(List.of(Bytes.of(new byte[33]))))
        .isInstanceOf(IllegalArgumentException.class);
    byte[] key = ECKeyPair.generate().getPublicKey().serialize();
    assertThat(new TrustRoots(List.of(Bytes.of(key))).keys()).hasSize(1);
  }
}
