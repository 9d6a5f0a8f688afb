package sotto.client.internal.store;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.DeviceAddress;
import sotto.crypto.KyberPreKey;
import sotto.crypto.PreKeys;
import sotto.crypto.SessionStore;
import sotto.crypto.SessionStoreContract;

/// The store in SQL keeps the contract of every session store.
final class SqlSessionStoreTest extends SessionStoreContract {
  private static final byte[] NONE = new byte[0];

  @TempDir Path folder;
  private final Map<DeviceAddress, byte[]> trusted = new HashMap<>();
  private Optional<Store> open = Optional.empty();

  @Override
  protected SessionStore newStore() {
    stop();
    Store store =
        Store.open(
            folder.resolve("home-" + System.nanoTime()),
            new Secret.Raw(new byte[32]),
            new SecureRandom(),
            Clock.systemUTC());
    open = Optional.of(store);
    return new SqlSessionStore(
        store.sql(), peer -> Optional.ofNullable(trusted.get(peer)), Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    open.ifPresent(Store::close);
    open = Optional.empty();
    trusted.clear();
  }

  private PreKeyRows rows() {
    return open.orElseThrow().preKeys();
  }

  @Override
  protected void putOneTimePreKey(int id, byte[] record) {
    rows().putOneTime(List.of(new PreKeys.OneTime(id, NONE, record)));
  }

  @Override
  protected void putSignedPreKey(int id, byte[] record) {
    rows().putSigned(new PreKeys.Signed(id, NONE, NONE, record), Instant.now());
  }

  @Override
  protected void putKyberPreKey(int id, KyberPreKey key) {
    PreKeys.Signed signed = new PreKeys.Signed(id, NONE, NONE, key.record());
    if (key.lastResort()) {
      rows().putLastResort(signed, Instant.now());
    } else {
      rows().putOneTimeKyber(List.of(signed), Instant.now());
    }
  }

  @Override
  protected void trust(DeviceAddress peer, byte[] identityKey) {
    trusted.put(peer, identityKey);
  }

  @Override
  protected void distrust(DeviceAddress peer) {
    trusted.remove(peer);
  }
}
