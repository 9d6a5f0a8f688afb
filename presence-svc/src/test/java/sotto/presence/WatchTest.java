package sotto.presence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountId;

final class WatchTest {
  private final Random random = new Random(1);
  private final byte[] hash = hash();
  private final Watch watch = new Watch(1, new AccountId(1, 2), hash, new Outbox(1, () -> {}));

  @Test
  void isAdmittedWhereverItsKeyStands() {
    assertThat(watch.admittedBy(join(hash, hash(), hash()))).isTrue();
    assertThat(watch.admittedBy(join(hash(), hash, hash()))).isTrue();
    assertThat(watch.admittedBy(join(hash(), hash(), hash))).isTrue();
  }

  @Test
  void isNotAdmittedByAnotherKeyOrByNobody() {
    byte[] almost = hash.clone();
    almost[31] ^= 1;

    assertThat(watch.admittedBy(join(almost, hash()))).isFalse();
    assertThat(watch.admittedBy(EntryTable.NOBODY)).isFalse();
  }

  @Test
  void isNotAdmittedAcrossTwoHashes() {
    byte[] left = new byte[32];
    byte[] right = new byte[32];
    System.arraycopy(hash, 0, left, 16, 16);
    System.arraycopy(hash, 16, right, 0, 16);

    assertThat(watch.admittedBy(join(left, right))).isFalse();
  }

  private byte[] hash() {
    byte[] bytes = new byte[Watch.HASH_LENGTH];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] join(byte[]... hashes) {
    byte[] joined = new byte[hashes.length * Watch.HASH_LENGTH];
    for (int i = 0; i < hashes.length; i++) {
      System.arraycopy(hashes[i], 0, joined, i * Watch.HASH_LENGTH, Watch.HASH_LENGTH);
    }
    return joined;
  }
}
