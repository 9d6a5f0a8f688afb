package sotto.client.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.crypto.SenderKeyStore;
import sotto.crypto.SenderKeyStoreContract;
import sotto.group.GroupId;

/// The store in SQL keeps the contract of every store of sender keys.
final class SqlSenderKeyStoreTest extends SenderKeyStoreContract {
  private static final DeviceAddress DEVICE =
      new DeviceAddress(new AccountId(1, 2), new DeviceId(3));

  @TempDir Path folder;
  private Optional<Store> open = Optional.empty();

  @Override
  protected SenderKeyStore newStore() {
    stop();
    Store store =
        Store.open(
            folder.resolve("home-" + System.nanoTime()),
            new Secret.Raw(new byte[32]),
            new SecureRandom(),
            Clock.systemUTC());
    open = Optional.of(store);
    return store.senderKeys();
  }

  @AfterEach
  void stop() {
    open.ifPresent(Store::close);
    open = Optional.empty();
  }

  private SqlSenderKeyStore keys() {
    return open.orElseThrow().senderKeys();
  }

  @Test
  void key_isForTheGroupThatWasNamedFirst() {
    keys().putSenderKey(DEVICE, new UUID(1, 1), new byte[] {1});
    assertThat(keys().group(DEVICE, new UUID(1, 1))).isEmpty();
    keys().bind(DEVICE, new UUID(1, 1), new GroupId(1, 1));
    keys().bind(DEVICE, new UUID(1, 1), new GroupId(2, 2));
    assertThat(keys().group(DEVICE, new UUID(1, 1))).hasValue(new GroupId(1, 1));
  }

  @Test
  void keysOfOneDeviceForAGroup_areKeptUpToABound_theNewest() {
    for (int i = 0; i < 40; i++) {
      keys().putSenderKey(DEVICE, new UUID(1, i), new byte[] {1});
      keys().bind(DEVICE, new UUID(1, i), new GroupId(1, 1));
    }
    assertThat(keys().senderKey(DEVICE, new UUID(1, 0))).isEmpty();
    assertThat(keys().senderKey(DEVICE, new UUID(1, 39))).isPresent();
    assertThat(keys().senderKey(DEVICE, new UUID(1, 24))).isPresent();
  }
}
