package sotto.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sotto.chain.Bytes;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;

class SessionCryptoTest {
  private static final long SEED = 4_711;

  private final TestDevice alice = new TestDevice();
  private final TestDevice bob = new TestDevice();

  @BeforeEach
  void introduce() {
    TestDevice.introduce(alice, bob);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void arrives(Decrypted decrypted, String text) {
    assertThat(decrypted).isInstanceOf(Decrypted.Plaintext.class);
    assertThat(((Decrypted.Plaintext) decrypted).bytes()).isEqualTo(text(text));
  }

  private static void undecryptable(Decrypted decrypted, Decrypted.Reason reason) {
    assertThat(decrypted).isEqualTo(new Decrypted.Undecryptable(reason));
  }

  private void start(Bundle bundle) {
    assertThat(alice.crypto.start(bundle)).isEqualTo(new StartOutcome.Started());
  }

  private void startAndAnswer() {
    start(bob.bundle());
    arrives(bob.decrypt(alice, alice.encrypt(bob, text("hello"))), "hello");
    arrives(alice.decrypt(bob, bob.encrypt(alice, text("hi"))), "hi");
  }

  @Test
  void withOneTimeKeys_bothSidesTalkAndTheKeysAreUsedUp() {
    start(bob.bundle());
    Sealed.Ciphertext first = alice.encrypt(bob, text("hello"));
    assertThat(first.type()).isEqualTo(Sealed.Ciphertext.PRE_KEY);
    assertThat(first.recipientRegistrationId()).isEqualTo(bob.keys.registrationId());
    arrives(bob.decrypt(alice, first), "hello");
    assertThat(bob.store.oneTimePreKey(TestDevice.ONE_TIME)).isEmpty();
    assertThat(bob.store.kyberPreKey(TestDevice.ONE_TIME)).isEmpty();
    assertThat(bob.store.kyberPreKey(TestDevice.LAST_RESORT)).isPresent();
    Sealed.Ciphertext answer = bob.encrypt(alice, text("hi"));
    assertThat(answer.type()).isEqualTo(Sealed.Ciphertext.RATCHET);
    arrives(alice.decrypt(bob, answer), "hi");
    Sealed.Ciphertext second = alice.encrypt(bob, text("how are you"));
    assertThat(second.type()).isEqualTo(Sealed.Ciphertext.RATCHET);
    arrives(bob.decrypt(alice, second), "how are you");
  }

  @Test
  void withoutOneTimeKeys_bothSidesTalkAndTheLastResortKeyStays() {
    start(bob.lastResortBundle());
    arrives(bob.decrypt(alice, alice.encrypt(bob, text("hello"))), "hello");
    arrives(alice.decrypt(bob, bob.encrypt(alice, text("hi"))), "hi");
    assertThat(bob.store.kyberPreKey(TestDevice.LAST_RESORT)).isPresent();
    assertThat(bob.store.oneTimePreKey(TestDevice.ONE_TIME)).isPresent();
  }

  @Test
  void firstMessageReplayedOnTheLastResortKey_isRefusedAndChangesNothing() {
    start(bob.lastResortBundle());
    Sealed.Ciphertext first = alice.encrypt(bob, text("hello"));
    arrives(bob.decrypt(alice, first), "hello");
    bob.store.deleteSession(alice.address);
    undecryptable(bob.decrypt(alice, first), Decrypted.Reason.REPLAYED);
    assertThat(bob.store.session(alice.address)).isEmpty();
  }

  @Test
  void firstMessageReplayedOnAOneTimeKey_isRefused() {
    start(bob.bundle());
    Sealed.Ciphertext first = alice.encrypt(bob, text("hello"));
    arrives(bob.decrypt(alice, first), "hello");
    bob.store.deleteSession(alice.address);
    undecryptable(bob.decrypt(alice, first), Decrypted.Reason.PRE_KEY_GONE);
    assertThat(bob.store.session(alice.address)).isEmpty();
  }

  @Test
  void sameMessageAgain_isADuplicate() {
    start(bob.bundle());
    Sealed.Ciphertext first = alice.encrypt(bob, text("hello"));
    arrives(bob.decrypt(alice, first), "hello");
    assertThat(bob.decrypt(alice, first)).isEqualTo(new Decrypted.Duplicate());
    Sealed.Ciphertext answer = bob.encrypt(alice, text("hi"));
    arrives(alice.decrypt(bob, answer), "hi");
    assertThat(alice.decrypt(bob, answer)).isEqualTo(new Decrypted.Duplicate());
  }

  @Test
  void messagesInAnyOrder_arriveOnce() {
    startAndAnswer();
    List<Sealed.Ciphertext> messages = new ArrayList<>();
    for (int n = 0; n < 50; n++) {
      messages.add(alice.encrypt(bob, text("number " + n)));
    }
    List<Integer> order = new ArrayList<>();
    for (int n = 0; n < 50; n++) {
      order.add(n);
    }
    Collections.shuffle(order, new Random(SEED));
    for (int n : order) {
      arrives(bob.decrypt(alice, messages.get(n)), "number " + n);
    }
    for (Sealed.Ciphertext message : messages) {
      assertThat(bob.decrypt(alice, message)).isEqualTo(new Decrypted.Duplicate());
    }
  }

  @Test
  void bothStartAtOnce_bothAreUnderstood() {
    start(bob.bundle());
    assertThat(bob.crypto.start(alice.bundle())).isEqualTo(new StartOutcome.Started());
    Sealed.Ciphertext fromAlice = alice.encrypt(bob, text("a"));
    Sealed.Ciphertext fromBob = bob.encrypt(alice, text("b"));
    arrives(bob.decrypt(alice, fromAlice), "a");
    arrives(alice.decrypt(bob, fromBob), "b");
    arrives(bob.decrypt(alice, alice.encrypt(bob, text("c"))), "c");
    arrives(alice.decrypt(bob, bob.encrypt(alice, text("d"))), "d");
  }

  @Test
  void forgedMessages_changeNothingAndTheTrueOneStillArrives() {
    startAndAnswer();
    Sealed.Ciphertext message = alice.encrypt(bob, text("true"));
    byte[] before = bob.store.session(alice.address).orElseThrow();
    Random random = new Random(SEED);
    for (int round = 0; round < 1000; round++) {
      byte[] forged = message.bytes().clone();
      forged[random.nextInt(forged.length)] ^= (byte) (1 + random.nextInt(255));
      Decrypted decrypted = bob.crypto.decrypt(alice.address, message.type(), forged);
      assertThat(decrypted)
          .as("seed %s round %s", SEED, round)
          .isNotInstanceOf(Decrypted.Plaintext.class);
    }
    assertThat(bob.store.session(alice.address).orElseThrow()).isEqualTo(before);
    arrives(bob.decrypt(alice, message), "true");
  }

  @Test
  void forgedFirstMessages_sayNothingElseAndRefusedOnesUseNoKeyUp() {
    start(bob.bundle());
    Sealed.Ciphertext message = alice.encrypt(bob, text("true"));
    Random random = new Random(SEED);
    int refused = 0;
    for (int round = 0; round < 500; round++) {
      byte[] forged = message.bytes().clone();
      forged[random.nextInt(forged.length)] ^= (byte) (1 + random.nextInt(255));
      MemorySessionStore copy = bob.store.copy();
      Decrypted decrypted = bob.crypto(copy).decrypt(alice.address, message.type(), forged);
      if (decrypted instanceof Decrypted.Plaintext) {
        // The frame around a first message has a few bytes that nothing authenticates or relies on.
        arrives(decrypted, "true");
      } else {
        refused++;
        assertThat(copy.sessions()).isEmpty();
        assertThat(copy.oneTimePreKey(TestDevice.ONE_TIME)).isPresent();
        assertThat(copy.kyberPreKey(TestDevice.ONE_TIME)).isPresent();
      }
    }
    assertThat(refused).as("seed %s", SEED).isGreaterThan(480);
    arrives(bob.decrypt(alice, message), "true");
  }

  @Test
  void anyBytesOfAnyType_areAnswered() {
    startAndAnswer();
    Random random = new Random(SEED);
    for (int round = 0; round < 3000; round++) {
      byte[] bytes = new byte[random.nextInt(300)];
      random.nextBytes(bytes);
      if (bytes.length > 0 && random.nextBoolean()) {
        bytes[0] = 0x44; // the version that is current
      }
      Decrypted decrypted = bob.crypto.decrypt(alice.address, random.nextInt(-1, 5), bytes);
      assertThat(decrypted).isInstanceOf(Decrypted.Undecryptable.class);
      assertThat(((Decrypted.Undecryptable) decrypted).reason().healable()).isFalse();
    }
    undecryptable(
        bob.crypto.decrypt(
            alice.address, Sealed.Ciphertext.RATCHET, new byte[SessionCrypto.MAX_MESSAGE + 1]),
        Decrypted.Reason.MALFORMED);
    undecryptable(
        bob.crypto.decrypt(alice.address, 3, new byte[100]), Decrypted.Reason.UNSUPPORTED);
  }

  @Test
  void bundleWithAnotherIdentityKey_isRefused() {
    TestDevice mallory = new TestDevice();
    Bundle bundle = mallory.bundle();
    Bundle swapped =
        new Bundle(
            bob.address,
            bundle.registrationId(),
            bundle.identityKey(),
            bundle.signedPreKey(),
            bundle.kyberPreKey(),
            bundle.oneTimePreKey());
    assertThat(alice.crypto.start(swapped)).isEqualTo(new StartOutcome.KeyNotInChain());
    assertThat(alice.store.sessions()).isEmpty();
    assertThat(alice.crypto.start(mallory.bundle())).isEqualTo(new StartOutcome.KeyNotInChain());
  }

  @Test
  void bundleWithAnotherPreKey_isRefused() {
    TestDevice mallory = new TestDevice();
    Bundle good = bob.bundle();
    Bundle.SignedKey bobs = good.signedPreKey();
    Bundle.SignedKey mallorys = mallory.bundle().signedPreKey();
    Bundle.SignedKey swapped = new Bundle.SignedKey(bobs.id(), mallorys.key(), bobs.signature());
    assertThat(alice.crypto.start(with(good, mallorys, good.kyberPreKey())))
        .isEqualTo(new StartOutcome.BadSignature());
    assertThat(alice.crypto.start(with(good, swapped, good.kyberPreKey())))
        .isEqualTo(new StartOutcome.BadSignature());
    assertThat(alice.crypto.start(with(good, bobs, mallory.bundle().kyberPreKey())))
        .isEqualTo(new StartOutcome.BadSignature());
    assertThat(alice.store.sessions()).isEmpty();
  }

  @Test
  void malformedBundle_isRefused() {
    Bundle good = bob.bundle();
    Bundle.SignedKey bobs = good.signedPreKey();
    for (byte[] noKey : List.of(new byte[0], new byte[33], new byte[1569], text("key"))) {
      Bundle.SignedKey bad = new Bundle.SignedKey(1, noKey, bobs.signature());
      assertThat(alice.crypto.start(with(good, bad, good.kyberPreKey())))
          .isInstanceOfAny(StartOutcome.Malformed.class, StartOutcome.BadSignature.class);
      assertThat(alice.crypto.start(with(good, bobs, bad)))
          .isInstanceOfAny(StartOutcome.Malformed.class, StartOutcome.BadSignature.class);
    }
    Bundle.SignedKey outOfBounds =
        new Bundle.SignedKey(PreKeys.MAX_ID + 1, bobs.key(), bobs.signature());
    assertThat(alice.crypto.start(with(good, outOfBounds, good.kyberPreKey())))
        .isEqualTo(new StartOutcome.Malformed());
    Bundle.SignedKey noSignature = new Bundle.SignedKey(1, bobs.key(), new byte[0]);
    assertThat(alice.crypto.start(with(good, noSignature, good.kyberPreKey())))
        .isEqualTo(new StartOutcome.BadSignature());
    assertThat(bob.crypto.start(bob.bundle())).isEqualTo(new StartOutcome.Malformed());
    assertThat(alice.store.sessions()).isEmpty();
  }

  private static Bundle with(Bundle bundle, Bundle.SignedKey signed, Bundle.SignedKey kyber) {
    return new Bundle(
        bundle.address(),
        bundle.registrationId(),
        bundle.identityKey(),
        signed,
        kyber,
        bundle.oneTimePreKey());
  }

  @Test
  void deviceNotInTheChain_isUnknown() {
    startAndAnswer();
    Sealed.Ciphertext message = alice.encrypt(bob, text("hello"));
    DeviceAddress other = new DeviceAddress(alice.address.account(), new DeviceId(2));
    assertThat(bob.crypto.decrypt(other, message.type(), message.bytes()))
        .isEqualTo(new Decrypted.UnknownDevice());
    bob.store.distrust(alice.address);
    assertThat(bob.decrypt(alice, message)).isEqualTo(new Decrypted.UnknownDevice());
    assertThat(bob.crypto.hasSession(alice.address)).isFalse();
    assertThat(bob.crypto.encrypt(alice.address, text("x"))).isEqualTo(new Sealed.NoSession());
  }

  @Test
  void messageUnderAnotherDevicesName_isRefused() {
    TestDevice mallory = new TestDevice();
    bob.store.trust(mallory.chain());
    start(bob.bundle());
    Sealed.Ciphertext first = alice.encrypt(bob, text("hello"));
    assertThat(bob.crypto.decrypt(mallory.address, first.type(), first.bytes()))
        .isEqualTo(new Decrypted.IdentityChanged());
    arrives(bob.decrypt(alice, first), "hello");
    arrives(alice.decrypt(bob, bob.encrypt(alice, text("hi"))), "hi");
    Sealed.Ciphertext second = alice.encrypt(bob, text("again"));
    assertThat(bob.crypto.decrypt(mallory.address, second.type(), second.bytes()))
        .isEqualTo(new Decrypted.NoSession());
  }

  @Test
  void chainThatNamesAnotherKey_endsTheSession() {
    startAndAnswer();
    Sealed.Ciphertext message = bob.encrypt(alice, text("late"));
    alice.store.trust(bob.address, new TestDevice().keys.identityPublicKey());
    assertThat(alice.decrypt(bob, message)).isEqualTo(new Decrypted.IdentityChanged());
    assertThat(alice.crypto.hasSession(bob.address)).isFalse();
    assertThat(alice.crypto.encrypt(bob.address, text("x"))).isEqualTo(new Sealed.NoSession());
  }

  @Test
  void messageFromOneself_isRefused() {
    undecryptable(
        alice.crypto.decrypt(alice.address, Sealed.Ciphertext.RATCHET, new byte[100]),
        Decrypted.Reason.FROM_SELF);
  }

  @Test
  void archivedSession_sendsNothingButLateMessagesArrive() {
    startAndAnswer();
    Sealed.Ciphertext late = bob.encrypt(alice, text("late"));
    assertThat(alice.crypto.remoteRegistrationId(bob.address)).hasValue(bob.keys.registrationId());
    alice.crypto.archiveAll();
    assertThat(alice.crypto.hasSession(bob.address)).isFalse();
    assertThat(alice.crypto.remoteRegistrationId(bob.address)).isEmpty();
    assertThat(alice.crypto.encrypt(bob.address, text("x"))).isEqualTo(new Sealed.NoSession());
    arrives(alice.decrypt(bob, late), "late");
  }

  @Test
  void sessionStartedAnewAfterArchiving_healsBothDirections() {
    startAndAnswer();
    alice.crypto.archive(bob.address);
    start(bob.lastResortBundle());
    arrives(bob.decrypt(alice, alice.encrypt(bob, text("anew"))), "anew");
    arrives(alice.decrypt(bob, bob.encrypt(alice, text("good"))), "good");
  }

  @Test
  void sessionNeverAnswered_isNotUsedAfterThirtyDays() {
    start(bob.bundle());
    assertThat(alice.cryptoAfter(Duration.ofDays(29)).hasSession(bob.address)).isTrue();
    SessionCrypto later = alice.cryptoAfter(Duration.ofDays(31));
    assertThat(later.hasSession(bob.address)).isFalse();
    assertThat(later.encrypt(bob.address, text("x"))).isEqualTo(new Sealed.NoSession());
  }

  @Test
  void sessionsThatHaveParted_canBeHealed() {
    startAndAnswer();
    MemorySessionStore restored = bob.store.copy();
    for (int n = 0; n < 6; n++) {
      alice.decrypt(bob, bob.encrypt(alice, text("x")));
      bob.decrypt(alice, alice.encrypt(bob, text("y")));
    }
    Sealed.Ciphertext message = alice.encrypt(bob, text("lost"));
    Decrypted decrypted =
        bob.crypto(restored).decrypt(alice.address, message.type(), message.bytes());
    undecryptable(decrypted, Decrypted.Reason.NO_MATCHING_STATE);
    assertThat(Decrypted.Reason.NO_MATCHING_STATE.healable()).isTrue();
    bob.store = restored;
    bob.crypto = bob.crypto(restored);
    bob.crypto.archiveAll();
    assertThat(bob.crypto.start(alice.lastResortBundle())).isEqualTo(new StartOutcome.Started());
    arrives(alice.decrypt(bob, bob.encrypt(alice, text("send again"))), "send again");
    arrives(bob.decrypt(alice, alice.encrypt(bob, text("found"))), "found");
  }

  @Test
  void damagedSessionRecord_countsAsNone() {
    startAndAnswer();
    Sealed.Ciphertext message = bob.encrypt(alice, text("x"));
    alice.store.putSession(bob.address, text("damaged"));
    assertThat(alice.crypto.hasSession(bob.address)).isFalse();
    assertThat(alice.decrypt(bob, message)).isEqualTo(new Decrypted.NoSession());
    alice.crypto.archive(bob.address);
    assertThat(alice.store.sessions()).isEmpty();
    start(bob.lastResortBundle());
    arrives(bob.decrypt(alice, alice.encrypt(bob, text("anew"))), "anew");
  }

  @Test
  void storeThatFailsAnywhere_failsAsItselfAndNothingIsLost() {
    start(bob.lastResortBundle());
    Sealed.Ciphertext first = alice.encrypt(bob, text("hello"));
    int calls = FailingStore.calls(bob, b -> b.decrypt(alice.address, first.type(), first.bytes()));
    assertThat(calls).isGreaterThan(5); // trust, session, both pre-keys, the note, the new session
    for (int at = 1; at <= calls; at++) {
      MemorySessionStore copy = bob.store.copy();
      SessionCrypto failing = bob.crypto(new FailingStore(copy, at));
      assertThatThrownBy(() -> failing.decrypt(alice.address, first.type(), first.bytes()))
          .as("call %s", at)
          .isInstanceOf(FailingStore.Full.class);
    }
    arrives(bob.decrypt(alice, first), "hello");
    int sends = FailingStore.calls(bob, b -> b.encrypt(alice.address, text("x")));
    for (int at = 1; at <= sends; at++) {
      SessionCrypto failing = bob.crypto(new FailingStore(bob.store.copy(), at));
      assertThatThrownBy(() -> failing.encrypt(alice.address, text("x")))
          .isInstanceOf(FailingStore.Full.class);
    }
    int starts = FailingStore.calls(bob, b -> b.start(alice.bundle()));
    for (int at = 1; at <= starts; at++) {
      SessionCrypto failing = bob.crypto(new FailingStore(bob.store.copy(), at));
      assertThatThrownBy(() -> failing.start(alice.bundle())).isInstanceOf(FailingStore.Full.class);
    }
  }

  @Test
  void rolledBackDecryption_canBeRepeated() {
    start(bob.bundle());
    Sealed.Ciphertext first = alice.encrypt(bob, text("hello"));
    SessionCrypto rolledBack = bob.crypto(bob.store.copy());
    arrives(rolledBack.decrypt(alice.address, first.type(), first.bytes()), "hello");
    arrives(bob.decrypt(alice, first), "hello");
  }

  @Test
  void largestContent_fitsIntoAnEnvelope() {
    start(bob.bundle());
    byte[] content = new byte[65_536 + 4_096];
    new Random(SEED).nextBytes(content);
    Sealed.Ciphertext text = alice.encrypt(bob, Padding.pad(content));
    assertThat(text.bytes().length).isLessThan(SessionCrypto.MAX_MESSAGE - 2_048);
    Decrypted decrypted = bob.decrypt(alice, text);
    assertThat(Padding.unpad(((Decrypted.Plaintext) decrypted).bytes()).map(Bytes::of))
        .contains(Bytes.of(content));
    Sealed.Ciphertext largest = alice.encrypt(bob, Padding.pad(new byte[Padding.MAX_CONTENT]));
    assertThat(largest.bytes().length).isLessThan(SessionCrypto.MAX_MESSAGE - 1_024);
    assertThat(bob.decrypt(alice, largest)).isInstanceOf(Decrypted.Plaintext.class);
  }

  @Test
  void manySessionsAndMessages_keepRecordsSmall() {
    startAndAnswer();
    for (int n = 0; n < 300; n++) {
      TestDevice from = n % 3 == 0 ? bob : alice;
      TestDevice to = n % 3 == 0 ? alice : bob;
      arrives(to.decrypt(from, from.encrypt(to, text("number " + n))), "number " + n);
    }
    assertThat(bob.store.session(alice.address).orElseThrow().length).isLessThan(16 * 1024);
    assertThat(Optional.of(bob.store.sessions())).contains(List.of(alice.address));
  }
}
