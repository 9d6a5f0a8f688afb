package sotto.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;

/// What every [SenderKeyStore] must do. Extend it in a test of the store.
public abstract class SenderKeyStoreContract {
  private static final DeviceAddress ONE_1 = address("00112233445566778899aabbccddeeff", 1);
  private static final DeviceAddress ONE_2 = address("00112233445566778899aabbccddeeff", 2);
  private static final DeviceAddress TWO_1 = address("ff112233445566778899aabbccddeeff", 1);
  private static final UUID FIRST = new UUID(1, 2);
  private static final UUID SECOND = new UUID(1, 3);

  private SenderKeyStore store = new MemorySenderKeyStore();

  /// For the subclass.
  protected SenderKeyStoreContract() {}

  /// A new, empty store; called before each test.
  protected abstract SenderKeyStore newStore();

  private static DeviceAddress address(String account, int device) {
    return new DeviceAddress(AccountId.parse(account), new DeviceId(device));
  }

  @BeforeEach
  void makeStore() {
    store = newStore();
  }

  @Test
  void emptyStore_hasNothing() {
    assertThat(store.senderKey(ONE_1, FIRST)).isEmpty();
  }

  @Test
  void key_isTheLastOnePut_forItsDeviceAndDistributionAlone() {
    store.putSenderKey(ONE_1, FIRST, new byte[] {1, 2, 3});
    store.putSenderKey(ONE_1, SECOND, new byte[] {7});
    store.putSenderKey(ONE_2, FIRST, new byte[] {9});
    store.putSenderKey(ONE_1, FIRST, new byte[] {4, 5});
    assertThat(store.senderKey(ONE_1, FIRST).orElseThrow()).containsExactly(4, 5);
    assertThat(store.senderKey(ONE_1, SECOND).orElseThrow()).containsExactly(7);
    assertThat(store.senderKey(ONE_2, FIRST).orElseThrow()).containsExactly(9);
    assertThat(store.senderKey(TWO_1, FIRST)).isEmpty();
  }
}
