package sotto.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import sotto.chain.DeviceAddress;

class MemorySessionStoreTest extends SessionStoreContract {
  private MemorySessionStore store = new MemorySessionStore();

  @Override
  protected SessionStore newStore() {
    store = new MemorySessionStore();
    return store;
  }

  @Override
  protected void putOneTimePreKey(int id, byte[] record) {
    store.putOneTimePreKey(id, record);
  }

  @Override
  protected void putSignedPreKey(int id, byte[] record) {
    store.putSignedPreKey(id, record);
  }

  @Override
  protected void putKyberPreKey(int id, KyberPreKey key) {
    store.putKyberPreKey(id, key);
  }

  @Override
  protected void trust(DeviceAddress peer, byte[] identityKey) {
    store.trust(peer, identityKey);
  }

  @Override
  protected void distrust(DeviceAddress peer) {
    store.distrust(peer);
  }

  @Test
  void copy_goesItsOwnWay() {
    store.putOneTimePreKey(1, new byte[1]);
    MemorySessionStore copy = store.copy();
    copy.removeOneTimePreKey(1);
    assertThat(store.oneTimePreKey(1)).isPresent();
    assertThat(copy.oneTimePreKey(1)).isEmpty();
  }
}
