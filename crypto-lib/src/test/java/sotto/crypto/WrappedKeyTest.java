package sotto.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class WrappedKeyTest {
  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  /// RFC 3394, section 4.6.
  @Test
  void theRfcsExample_isMet() {
    byte[] under = hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    byte[] key = hex("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f");
    byte[] wrapped =
        hex("28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21");
    assertThat(WrappedKey.wrap(under, key)).isEqualTo(wrapped);
    assertThat(WrappedKey.unwrap(under, wrapped)).hasValue(key);
  }

  @Test
  void changedOrUnderAnotherKey_isNoKey() {
    byte[] under = new byte[32];
    byte[] wrapped = WrappedKey.wrap(under, new byte[32]);
    for (int i = 0; i < wrapped.length; i++) {
      byte[] changed = wrapped.clone();
      changed[i] ^= 1;
      assertThat(WrappedKey.unwrap(under, changed)).isEmpty();
    }
    byte[] other = new byte[32];
    other[31] = 1;
    assertThat(WrappedKey.unwrap(other, wrapped)).isEmpty();
    assertThat(WrappedKey.unwrap(under, Arrays.copyOf(wrapped, 32))).isEmpty();
  }
}
