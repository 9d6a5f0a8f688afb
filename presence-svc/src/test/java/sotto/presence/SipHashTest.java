package sotto.presence;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

final class SipHashTest {
  /// The vector of the paper's reference code for the key 00…0f and the input 00…0f.
  @Test
  void hashesAsTheReferenceCodeDoes() {
    ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 16; i++) {
      bytes.put(i, (byte) i);
    }
    long first = bytes.getLong(0);
    long second = bytes.getLong(8);

    assertThat(new SipHash(first, second).of(first, second)).isEqualTo(0x3f2acc7f57c29bdbL);
  }

  @Test
  void anotherKeyIsAnotherHash() {
    assertThat(new SipHash(1, 2).of(3, 4)).isNotEqualTo(new SipHash(1, 3).of(3, 4));
  }

  @Test
  void doesNotPrintItsKey() {
    assertThat(new SipHash(987654321L, 2)).asString().doesNotContain("987654321");
  }
}
