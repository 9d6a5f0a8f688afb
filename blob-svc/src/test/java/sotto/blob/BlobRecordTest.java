package sotto.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sotto.chain.AccountId;

final class BlobRecordTest {
  @Test
  void anyRecord_comesBack() {
    for (long seed = 1; seed <= 200; seed++) {
      var random = new Random(seed);
      var record = any(random);

      byte[] encoded = record.encode();

      assertThat(encoded).hasSize(BlobRecord.LENGTH);
      assertThat(BlobRecord.decode(encoded)).as("seed %d", seed).isEqualTo(record);
    }
  }

  @Test
  void anyBytes_areARecordOrRefused() {
    for (long seed = 1; seed <= 2_000; seed++) {
      var random = new Random(seed);
      byte[] bytes = any(random).encode();
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        assertThat(BlobRecord.decode(bytes).size()).isPositive();
      } catch (IllegalArgumentException e) {
        assertThat(e).as("seed %d", seed).hasMessageMatching("(a blob|not a blob).*");
      }
    }
  }

  @Test
  void shortOrLongBytes_areRefused() {
    byte[] encoded = any(new Random(1)).encode();

    for (int length : new int[] {0, 1, encoded.length - 1, encoded.length + 1}) {
      assertThatThrownBy(() -> BlobRecord.decode(Arrays.copyOf(encoded, length)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void expiresAtItsMillisecond_andNeverIfItStays() {
    var record = new BlobRecord(1, Digest.of(new byte[1]), 1_000, Optional.empty());
    assertThat(record.expired(999)).isFalse();
    assertThat(record.expired(1_000)).isTrue();

    var kept = new BlobRecord(1, Digest.of(new byte[1]), 0, Optional.empty());
    assertThat(kept.expired(Long.MAX_VALUE)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "../../../etc/passwd", "ab", "AB", "0/", "..", "\0"})
  void nameThatIsNotDigits_isRefused(String hex) {
    String padded = (hex + "0".repeat(64)).substring(0, 64);
    if (hex.matches("[0-9a-f]+")) {
      assertThat(new BlobName(Shelf.KEPT, padded).hex()).isEqualTo(padded);
    } else if (!hex.isEmpty()) {
      assertThatThrownBy(() -> new BlobName(Shelf.KEPT, padded))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> new BlobName(Shelf.KEPT, hex))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static BlobRecord any(Random random) {
    byte[] digest = new byte[Digest.LENGTH];
    random.nextBytes(digest);
    return new BlobRecord(
        1 + random.nextLong(Long.MAX_VALUE - 1),
        new Digest(digest),
        random.nextLong(Long.MAX_VALUE),
        random.nextBoolean()
            ? Optional.of(new AccountId(random.nextLong(), random.nextLong()))
            : Optional.empty());
  }
}
