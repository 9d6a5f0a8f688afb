package sotto.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;

class GroupCryptoTest {
  private static final UUID GROUP = new UUID(4, 7);

  private static final class Member {
    final DeviceAddress address;
    final MemorySenderKeyStore store = new MemorySenderKeyStore();
    final GroupCrypto crypto;

    Member(int number) {
      address =
          new DeviceAddress(
              AccountId.parse("%032x".formatted(number)), new DeviceId(number % 10 + 1));
      crypto = new GroupCrypto(address, store);
    }

    byte[] says(String text) {
      return crypto.encrypt(GROUP, text.getBytes(StandardCharsets.UTF_8)).orElseThrow();
    }

    void learns(Member from, byte[] distribution) {
      assertThat(crypto.learn(from.address, distribution)).contains(GROUP);
    }

    String reads(Member from, byte[] ciphertext) {
      return crypto.decrypt(from.address, ciphertext) instanceof Decrypted.Plaintext(byte[] bytes)
          ? new String(bytes, StandardCharsets.UTF_8)
          : "";
    }
  }

  private final Member alice = new Member(1);
  private final Member bob = new Member(2);
  private final Member carol = new Member(3);

  private static Decrypted undecryptable(Decrypted.Reason reason) {
    return new Decrypted.Undecryptable(reason);
  }

  @Test
  void oneCiphertext_isReadByAllWhoHaveTheDistribution() {
    byte[] distribution = alice.crypto.distribution(GROUP);
    List<Member> members = new ArrayList<>();
    for (int i = 10; i < 40; i++) {
      Member member = new Member(i);
      member.learns(alice, distribution);
      members.add(member);
    }
    byte[] ciphertext = alice.says("to all of you");
    assertThat(members)
        .allSatisfy(m -> assertThat(m.reads(alice, ciphertext)).isEqualTo("to all of you"));
  }

  @Test
  void whoJoinsLate_readsNothingFromBefore() {
    bob.learns(alice, alice.crypto.distribution(GROUP));
    byte[] before = alice.says("before");
    carol.learns(alice, alice.crypto.distribution(GROUP));
    byte[] after = alice.says("after");
    assertThat(carol.reads(alice, after)).isEqualTo("after");
    assertThat(carol.crypto.decrypt(alice.address, before))
        .isNotInstanceOf(Decrypted.Plaintext.class);
    assertThat(bob.reads(alice, before)).isEqualTo("before");
    assertThat(bob.reads(alice, after)).isEqualTo("after");
  }

  @Test
  void newDistribution_isNotReadByWhoHasOnlyTheOld() {
    bob.learns(alice, alice.crypto.distribution(GROUP));
    UUID next = new UUID(4, 8);
    assertThat(carol.crypto.learn(alice.address, alice.crypto.distribution(next))).contains(next);
    byte[] ciphertext = alice.crypto.encrypt(next, new byte[] {1}).orElseThrow();
    assertThat(bob.crypto.decrypt(alice.address, ciphertext)).isEqualTo(new Decrypted.NoSession());
    assertThat(carol.crypto.decrypt(alice.address, ciphertext))
        .isInstanceOf(Decrypted.Plaintext.class);
    assertThat(GroupCrypto.distributionOf(ciphertext)).contains(next);
  }

  @Test
  void messagesInAnyOrder_areEachReadOnce_andADistributionThatComesAgainChangesNothing() {
    byte[] distribution = alice.crypto.distribution(GROUP);
    bob.learns(alice, distribution);
    List<byte[]> sent = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      sent.add(alice.says("message " + i));
    }
    List<Integer> order = new ArrayList<>(java.util.stream.IntStream.range(0, 50).boxed().toList());
    Collections.shuffle(order, new Random(3));
    for (int i : order) {
      assertThat(bob.reads(alice, sent.get(i))).isEqualTo("message " + i);
      bob.learns(alice, distribution);
      assertThat(bob.crypto.decrypt(alice.address, sent.get(i)))
          .isEqualTo(new Decrypted.Duplicate());
    }
  }

  @Test
  void memberWhoKnowsAnothersKey_cannotWriteAsThatOne() {
    byte[] distribution = alice.crypto.distribution(GROUP);
    bob.learns(alice, distribution);
    carol.learns(alice, distribution);
    // What Carol has of Alice's key is all that she has: as her own it does not sign.
    carol.store.putSenderKey(
        carol.address, GROUP, carol.store.senderKey(alice.address, GROUP).orElseThrow());
    assertThatThrownBy(() -> carol.says("I am Alice")).isInstanceOf(IllegalStateException.class);
    byte[] genuine = alice.says("pay Bob");
    for (int i = 0; i < genuine.length; i++) {
      byte[] forged = genuine.clone();
      forged[i] ^= 1;
      assertThat(bob.crypto.decrypt(alice.address, forged))
          .as("byte %d", i)
          .isNotInstanceOf(Decrypted.Plaintext.class);
    }
    assertThat(bob.reads(alice, genuine)).isEqualTo("pay Bob");
  }

  @Test
  void ciphertextUnderAnothersName_isNotRead() {
    bob.learns(alice, alice.crypto.distribution(GROUP));
    bob.learns(carol, carol.crypto.distribution(GROUP));
    byte[] ciphertext = alice.says("mine");
    assertThat(bob.crypto.decrypt(carol.address, ciphertext)).isEqualTo(new Decrypted.NoSession());
    assertThat(bob.reads(alice, ciphertext)).isEqualTo("mine");
  }

  @Test
  void whatIsNone_isRefused() {
    bob.learns(alice, alice.crypto.distribution(GROUP));
    Random random = new Random(5);
    for (int length : new int[] {0, 1, 50, 200, 5000, GroupCrypto.MAX_MESSAGE + 1}) {
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      assertThat(bob.crypto.decrypt(alice.address, bytes))
          .isEqualTo(undecryptable(Decrypted.Reason.MALFORMED));
      assertThat(bob.crypto.learn(alice.address, bytes)).isEmpty();
      assertThat(GroupCrypto.distributionOf(bytes)).isEmpty();
    }
    assertThat(alice.crypto.decrypt(alice.address, alice.says("to myself")))
        .isEqualTo(undecryptable(Decrypted.Reason.FROM_SELF));
    assertThat(alice.crypto.learn(alice.address, alice.crypto.distribution(GROUP))).isEmpty();
    assertThat(bob.crypto.encrypt(GROUP, new byte[] {1})).isEmpty();
  }

  @Test
  void damagedKey_isNone_andTheNextDistributionHealsIt() {
    bob.learns(alice, alice.crypto.distribution(GROUP));
    bob.store.putSenderKey(alice.address, GROUP, new byte[] {1, 2, 3});
    byte[] lost = alice.says("lost");
    assertThat(bob.crypto.decrypt(alice.address, lost)).isEqualTo(new Decrypted.NoSession());
    bob.learns(alice, alice.crypto.distribution(GROUP));
    assertThat(bob.reads(alice, alice.says("healed"))).isEqualTo("healed");
  }

  private static final class Full extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void failureOfTheStore_comesOutAsItself_andLeavesWhatWasThere() {
    byte[] distribution = alice.crypto.distribution(GROUP);
    bob.learns(alice, distribution);
    byte[] ciphertext = alice.says("later");
    SenderKeyStore full =
        new SenderKeyStore() {
          @Override
          public Optional<byte[]> senderKey(DeviceAddress sender, UUID id) {
            return bob.store.senderKey(sender, id);
          }

          @Override
          public void putSenderKey(DeviceAddress sender, UUID id, byte[] record) {
            throw new Full();
          }
        };
    GroupCrypto onFull = new GroupCrypto(bob.address, full);
    assertThatThrownBy(() -> onFull.decrypt(alice.address, ciphertext)).isInstanceOf(Full.class);
    assertThatThrownBy(() -> onFull.distribution(GROUP)).isInstanceOf(Full.class);
    assertThatThrownBy(() -> onFull.learn(carol.address, carol.crypto.distribution(GROUP)))
        .isInstanceOf(Full.class);
    assertThat(bob.reads(alice, ciphertext)).isEqualTo("later");
  }

  @Test
  void messagesFarAhead_areReadUpToTheLibrarysLimit() {
    bob.learns(alice, alice.crypto.distribution(GROUP));
    byte[] first = alice.says("first");
    byte[] last = first;
    for (int i = 0; i < 2500; i++) {
      last = alice.says("last");
    }
    assertThat(bob.reads(alice, last)).isEqualTo("last");
  }
}
