package sotto.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.reflect.Field;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.ChallengeBytes;
import sotto.chain.Change;
import sotto.chain.DeviceEntry;
import sotto.chain.DeviceId;
import sotto.chain.Ed25519PublicKey;
import sotto.chain.LinkBody;
import sotto.chain.Signer;

class KeysTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final DeviceId SECOND = new DeviceId(2);

  private final RecoveryKey recovery = RecoveryKey.generate(RANDOM);
  private final FoundAccount alice = FoundAccount.create(recovery, TestDevice.CLOCK, RANDOM);

  private AccountChain add(DeviceEntry entry) {
    AccountChain.Outcome outcome =
        alice
            .chain()
            .append(
                LinkBody.next(
                        alice.chain(), new Signer.RecoveryKey(), new Change.AddDevice(entry), 6)
                    .sign(recovery.signer()));
    return ((AccountChain.Extended) outcome).chain();
  }

  @Test
  void foundAccount_isTrustedFromItsBytesAlone() {
    AccountChain read = ((AccountChain.Extended) AccountChain.found(alice.link0().bytes())).chain();
    assertThat(read.id()).isEqualTo(alice.address().account());
    assertThat(ChainTrust.holds(read)).isTrue();
    DeviceEntry device = read.device(DeviceId.FIRST).orElseThrow();
    assertThat(device.identityKey()).isEqualTo(Bytes.of(alice.keys().identityPublicKey()));
    assertThat(device.authKey()).isEqualTo(alice.keys().authPublicKey());
    assertThat(read.recoveryKey()).isEqualTo(recovery.publicKey());
  }

  @Test
  void addedDevice_isTrusted() {
    DeviceKeys keys = DeviceKeys.generate(RANDOM);
    assertThat(ChainTrust.holds(add(keys.joiningEntry(alice.chain().id(), SECOND)))).isTrue();
  }

  @Test
  void someoneElsesIdentityKey_cannotBeClaimed() {
    FoundAccount bob = FoundAccount.create(RecoveryKey.generate(RANDOM), TestDevice.CLOCK, RANDOM);
    DeviceKeys own = DeviceKeys.generate(RANDOM);
    DeviceEntry honest = own.joiningEntry(alice.chain().id(), SECOND);
    DeviceEntry claimed =
        new DeviceEntry(
            SECOND,
            Bytes.of(bob.keys().identityPublicKey()),
            honest.authKey(),
            honest.identityProof());
    assertThat(ChainTrust.unproven(add(claimed))).containsExactly(SECOND);
  }

  @Test
  void someoneElsesEntry_cannotBeCopied() {
    FoundAccount bob = FoundAccount.create(RecoveryKey.generate(RANDOM), TestDevice.CLOCK, RANDOM);
    DeviceEntry first = bob.chain().foundingDevice();
    DeviceEntry copied =
        new DeviceEntry(SECOND, first.identityKey(), first.authKey(), first.identityProof());
    assertThat(ChainTrust.unproven(add(copied))).containsExactly(SECOND);
    DeviceEntry second = DeviceKeys.generate(RANDOM).joiningEntry(bob.chain().id(), SECOND);
    assertThat(ChainTrust.holds(add(second))).isFalse();
  }

  @Test
  void identityKeyThatIsNoKey_isUnproven() {
    DeviceEntry honest = DeviceKeys.generate(RANDOM).joiningEntry(alice.chain().id(), SECOND);
    DeviceEntry noKey =
        new DeviceEntry(SECOND, Bytes.of(new byte[33]), honest.authKey(), honest.identityProof());
    assertThat(ChainTrust.unproven(add(noKey))).containsExactly(SECOND);
  }

  @Test
  void serializedKeys_comeBackAsTheSame() {
    DeviceKeys keys = DeviceKeys.generate(RANDOM);
    DeviceKeys again = DeviceKeys.parse(keys.serialize());
    assertThat(again.serialize()).isEqualTo(keys.serialize());
    assertThat(again.registrationId()).isEqualTo(keys.registrationId()).isBetween(1, 0x3fff);
    assertThat(again.authPublicKey()).isEqualTo(keys.authPublicKey());
    assertThat(again.identityPublicKey()).isEqualTo(keys.identityPublicKey());
    assertThat(ChainTrust.holds(add(again.joiningEntry(alice.chain().id(), SECOND)))).isTrue();
  }

  @Test
  void damagedKeys_areRefused() {
    byte[] serialized = DeviceKeys.generate(RANDOM).serialize();
    for (int length = 0; length < serialized.length + 2; length++) {
      if (length != serialized.length) {
        byte[] cut = Arrays.copyOf(serialized, length);
        assertThatIllegalArgumentException().isThrownBy(() -> DeviceKeys.parse(cut));
      }
    }
    for (int at : new int[] {0, 1, 10, 36, 60}) {
      byte[] changed = serialized.clone();
      changed[at] ^= (byte) 0x40;
      assertThatIllegalArgumentException().isThrownBy(() -> DeviceKeys.parse(changed));
    }
  }

  @Test
  void challengeAnswer_isVerifiedWithoutThisLibrary() {
    byte[] challenge = new byte[32];
    byte[] answer =
        alice.keys().signChallenge("example.org", "sign-in", challenge, alice.address());
    Ed25519PublicKey key = alice.chain().device(DeviceId.FIRST).orElseThrow().authKey();
    byte[] message = ChallengeBytes.of("example.org", "sign-in", challenge, alice.address());
    assertThat(key.verifies(message, answer)).isTrue();
    message[5] ^= 1;
    assertThat(key.verifies(message, answer)).isFalse();
  }

  @Test
  void recoveryKey_isItsSecret() {
    // RFC 8032 §7.1, TEST 1.
    byte[] secret =
        HexFormat.of().parseHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    RecoveryKey key = RecoveryKey.of(secret);
    assertThat(key.publicKey().value())
        .hasToString("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    assertThat(key.secret()).isEqualTo(secret);
    assertThat(key.publicKey().verifies(new byte[0], key.signer().sign(new byte[0]))).isTrue();
    assertThatIllegalArgumentException().isThrownBy(() -> RecoveryKey.of(new byte[31]));
  }

  @Test
  void closedKeys_areWipedAndWorkNoMore() throws ReflectiveOperationException {
    DeviceKeys keys = DeviceKeys.generate(RANDOM);
    keys.close();
    assertThat(secretOf(keys, "identityPrivate")).containsOnly(0);
    assertThat(secretOf(field(keys, "auth"), "seed")).containsOnly(0);
    assertThatIllegalStateException().isThrownBy(keys::serialize);
    assertThatIllegalStateException().isThrownBy(keys::foundingEntry);
    assertThatIllegalStateException().isThrownBy(() -> keys.signer().sign(new byte[1]));
    recovery.close();
    assertThat(secretOf(field(recovery, "secret"), "seed")).containsOnly(0);
    assertThatIllegalStateException().isThrownBy(() -> recovery.signer().sign(new byte[1]));
    assertThatIllegalStateException().isThrownBy(recovery::secret);
  }

  private static byte[] secretOf(Object owner, String name) throws ReflectiveOperationException {
    return (byte[]) field(owner, name);
  }

  private static Object field(Object owner, String name) throws ReflectiveOperationException {
    Field field = owner.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(owner);
  }

  @Test
  void secrets_arePrintedAsLengths() {
    assertThat(alice.keys()).hasToString("DeviceKeys[100 bytes]");
    assertThat(recovery).hasToString("RecoveryKey[32 bytes]");
    AccessKey access = AccessKey.of(new byte[16]);
    assertThat(access).hasToString("AccessKey[16 bytes]");
    assertThat(new KyberPreKey(new byte[3], true)).hasToString("KyberPreKey[3 bytes, last resort]");
  }

  @Test
  void accessKey_isKnownByItsHash() {
    AccessKey key = AccessKey.of(new byte[16]);
    assertThat(key.hash())
        .hasToString("374708fff7719dd5979ec875d56cd2286f6d3cf7ec317a3b25632aab28ec37bb");
    assertThat(AccessKey.generate(RANDOM)).isNotEqualTo(AccessKey.generate(RANDOM));
    assertThat(AccessKey.of(key.bytes())).isEqualTo(key).hasSameHashCodeAs(key);
    assertThatIllegalArgumentException().isThrownBy(() -> AccessKey.of(new byte[17]));
  }

  @Test
  void signerOfAnotherAccount_cannotFound() {
    AccountId id = alice.chain().id();
    assertThat(id.bytes()).hasSize(16);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> LinkBody.found(alice.keys().joiningEntry(id, SECOND), recovery.publicKey(), 1));
  }
}
