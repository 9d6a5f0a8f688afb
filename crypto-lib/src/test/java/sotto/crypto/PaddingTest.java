package sotto.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import sotto.chain.Bytes;

class PaddingTest {
  private static final long SEED = 99;

  @Test
  void everyLength_comesBackFromOneOfTenSizes() {
    TreeSet<Integer> sizes = new TreeSet<>();
    for (int length = 0; length <= Padding.MAX_CONTENT; length++) {
      int size = Padding.paddedSize(length);
      assertThat(size).isGreaterThan(length);
      sizes.add(size);
      if (length % 97 == 0
          || Padding.paddedSize(Math.min(length + 1, Padding.MAX_CONTENT)) != size) {
        byte[] content = new byte[length];
        new Random(SEED + length).nextBytes(content);
        byte[] padded = Padding.pad(content);
        assertThat(padded).hasSize(size);
        assertThat(Padding.unpad(padded).map(Bytes::of)).contains(Bytes.of(content));
      }
    }
    assertThat(sizes).hasSize(10).startsWith(512).endsWith(Padding.MAX_PADDED);
  }

  @Test
  void contentsThatEndLikePadding_comeBack() {
    for (byte[] content : new byte[][] {{(byte) 0x80}, {0}, {(byte) 0x80, 0, 0}, new byte[511]}) {
      assertThat(Padding.unpad(Padding.pad(content)).map(Bytes::of)).contains(Bytes.of(content));
    }
  }

  @Test
  void contentsOfMessagesOfOneShape_shareASize() {
    assertThat(Padding.pad(new byte[30])).hasSameSizeAs(Padding.pad(new byte[511]));
    assertThat(Padding.pad(new byte[65_536])).hasSameSizeAs(Padding.pad(new byte[81_919]));
  }

  @Test
  void whatPadDoesNotMake_isRefused() {
    byte[] good = Padding.pad(new byte[] {1, 2, 3});
    byte[] noMark = good.clone();
    noMark[3] = 0;
    byte[] afterMark = good.clone();
    afterMark[500] = 1;
    assertThat(Padding.unpad(new byte[0])).isEmpty();
    assertThat(Padding.unpad(new byte[512])).isEmpty();
    assertThat(Padding.unpad(noMark)).isEmpty();
    assertThat(Padding.unpad(afterMark)).isEmpty();
    assertThat(Padding.unpad(Arrays.copyOf(good, 511))).isEmpty();
    assertThat(Padding.unpad(Arrays.copyOf(good, 1024))).isEmpty();
    byte[] tooLarge = new byte[200_000];
    tooLarge[199_999] = (byte) 0x80;
    assertThat(Padding.unpad(tooLarge)).isEmpty();
  }

  @Test
  void contentThatFitsNoSize_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Padding.pad(new byte[Padding.MAX_CONTENT + 1]));
  }
}
