package sotto.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;

/// What every [SessionStore] must do. Extend it in a test of the store and say how one is filled.
public abstract class SessionStoreContract {
  private static final DeviceAddress ONE_1 = address("00112233445566778899aabbccddeeff", 1);
  private static final DeviceAddress ONE_2 = address("00112233445566778899aabbccddeeff", 2);
  private static final DeviceAddress TWO_1 = address("ff112233445566778899aabbccddeeff", 1);

  private SessionStore store = new MemorySessionStore();

  /// For the subclass.
  protected SessionStoreContract() {}

  /// A new, empty store; called before each test, before any other method.
  protected abstract SessionStore newStore();

  /// Puts one of our one-time EC pre-keys into the store of the last [#newStore].
  protected abstract void putOneTimePreKey(int id, byte[] record);

  /// Puts one of our signed pre-keys into the store.
  protected abstract void putSignedPreKey(int id, byte[] record);

  /// Puts one of our Kyber pre-keys into the store.
  protected abstract void putKyberPreKey(int id, KyberPreKey key);

  /// Makes a device known with this identity key.
  protected abstract void trust(DeviceAddress peer, byte[] identityKey);

  /// Makes a device unknown again.
  protected abstract void distrust(DeviceAddress peer);

  private static DeviceAddress address(String account, int device) {
    return new DeviceAddress(AccountId.parse(account), new DeviceId(device));
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static byte[] identity(int fill) {
    byte[] key = new byte[33];
    key[0] = 5;
    key[32] = (byte) fill;
    return key;
  }

  private static void holds(Optional<byte[]> found, byte[] expected) {
    assertThat(found.map(Bytes::of)).contains(Bytes.of(expected));
  }

  @BeforeEach
  void makeStore() {
    store = newStore();
    trust(ONE_1, identity(1));
    trust(ONE_2, identity(2));
    trust(TWO_1, identity(3));
  }

  @Test
  void emptyStore_hasNothing() {
    assertThat(store.session(ONE_1)).isEmpty();
    assertThat(store.sessions()).isEmpty();
    assertThat(store.sessionDevices(ONE_1.account())).isEmpty();
    assertThat(store.oneTimePreKey(1)).isEmpty();
    assertThat(store.signedPreKey(1)).isEmpty();
    assertThat(store.kyberPreKey(1)).isEmpty();
  }

  @Test
  void session_isTheLastOnePut() {
    store.putSession(ONE_1, bytes(1, 2, 3));
    store.putSession(ONE_2, bytes(9));
    store.putSession(ONE_1, bytes(4, 5));
    holds(store.session(ONE_1), bytes(4, 5));
    holds(store.session(ONE_2), bytes(9));
    assertThat(store.session(TWO_1)).isEmpty();
  }

  @Test
  void sessions_areListedByAccountAndAll() {
    store.putSession(ONE_1, bytes(1));
    store.putSession(ONE_2, bytes(2));
    store.putSession(TWO_1, bytes(3));
    assertThat(store.sessionDevices(ONE_1.account()))
        .containsExactlyInAnyOrder(ONE_1.device(), ONE_2.device());
    assertThat(store.sessions()).containsExactlyInAnyOrder(ONE_1, ONE_2, TWO_1);
  }

  @Test
  void deletedSession_isGoneAlone() {
    store.putSession(ONE_1, bytes(1));
    store.putSession(ONE_2, bytes(2));
    store.deleteSession(ONE_1);
    store.deleteSession(TWO_1);
    assertThat(store.session(ONE_1)).isEmpty();
    assertThat(store.sessions()).containsExactly(ONE_2);
  }

  @Test
  void arrays_areNotShared() {
    byte[] record = bytes(1, 2, 3);
    store.putSession(ONE_1, record);
    record[0] = 99;
    holds(store.session(ONE_1), bytes(1, 2, 3));
    store.session(ONE_1).orElseThrow()[0] = 98;
    holds(store.session(ONE_1), bytes(1, 2, 3));
  }

  @Test
  void oneTimePreKey_isGoneOnceRemoved() {
    putOneTimePreKey(1, bytes(1, 1));
    putOneTimePreKey(PreKeys.MAX_ID, bytes(2, 2));
    holds(store.oneTimePreKey(PreKeys.MAX_ID), bytes(2, 2));
    store.removeOneTimePreKey(1);
    store.removeOneTimePreKey(1);
    assertThat(store.oneTimePreKey(1)).isEmpty();
    holds(store.oneTimePreKey(PreKeys.MAX_ID), bytes(2, 2));
  }

  @Test
  void kindsOfPreKeys_doNotShareIds() {
    putOneTimePreKey(1, bytes(1));
    putSignedPreKey(1, bytes(2));
    putKyberPreKey(1, new KyberPreKey(bytes(3), false));
    store.removeOneTimePreKey(1);
    holds(store.signedPreKey(1), bytes(2));
    holds(store.kyberPreKey(1).map(KyberPreKey::record), bytes(3));
    store.removeKyberPreKey(1);
    holds(store.signedPreKey(1), bytes(2));
    assertThat(store.kyberPreKey(1)).isEmpty();
  }

  @Test
  void kyberPreKey_saysWhetherItIsTheLastResort() {
    putKyberPreKey(1, new KyberPreKey(bytes(1), false));
    putKyberPreKey(2, new KyberPreKey(bytes(2), true));
    assertThat(store.kyberPreKey(1).map(KyberPreKey::lastResort)).contains(false);
    assertThat(store.kyberPreKey(2).map(KyberPreKey::lastResort)).contains(true);
  }

  @Test
  void lastResortUse_isNotedOnce() {
    putKyberPreKey(7, new KyberPreKey(bytes(1), true));
    putKyberPreKey(8, new KyberPreKey(bytes(1), true));
    assertThat(store.markLastResortUsed(7, 1, identity(1))).isTrue();
    assertThat(store.markLastResortUsed(7, 1, identity(1))).isFalse();
    assertThat(store.markLastResortUsed(7, 1, identity(2))).isTrue();
    assertThat(store.markLastResortUsed(7, 2, identity(1))).isTrue();
    assertThat(store.markLastResortUsed(8, 1, identity(1))).isTrue();
    assertThat(store.markLastResortUsed(8, 1, identity(1))).isFalse();
  }

  @Test
  void identity_isWhatTheChainNames() {
    holds(store.identityOf(ONE_1), identity(1));
    holds(store.identityOf(TWO_1), identity(3));
    assertThat(store.identityOf(address("00112233445566778899aabbccddeeff", 3))).isEmpty();
    distrust(ONE_1);
    assertThat(store.identityOf(ONE_1)).isEmpty();
    holds(store.identityOf(ONE_2), identity(2));
  }
}
