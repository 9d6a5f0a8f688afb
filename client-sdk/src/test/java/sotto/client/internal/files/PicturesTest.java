package sotto.client.internal.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sotto.chain.Bytes;
import sotto.client.Picture;
import sotto.client.Thumbnail;

/// Previews, as they are made and as they come.
final class PicturesTest {
  private static Picture described(byte[] file, int maxBytes) throws IOException {
    ByteSource source = ByteSource.of(file);
    Pictures.Cleanable readable = (Pictures.Cleanable) Pictures.inspect(source);
    return Pictures.describe(readable.file(), source, maxBytes);
  }

  @ParameterizedTest
  @CsvSource({"1,1", "7,3000", "640,480", "1200,800"})
  void preview_fitsItsBounds_andCanBeSeen(int width, int height) throws IOException {
    for (byte[] file :
        new byte[][] {Samples.jpeg(width, height, 1), Samples.png(width, height, 1)}) {
      Picture picture = described(file, Picture.MAX_PREVIEW);
      assertThat(picture.width()).isEqualTo(width);
      assertThat(picture.height()).isEqualTo(height);
      assertThat(picture.preview().length()).isPositive().isLessThanOrEqualTo(Picture.MAX_PREVIEW);
      Thumbnail seen = Thumbnail.of(picture).orElseThrow();
      assertThat(seen.width()).isBetween(1, 320);
      assertThat(seen.height()).isBetween(1, 320);
    }
  }

  @Test
  void previewOfAGifAndAWebp_isThere() throws IOException {
    assertThat(Thumbnail.of(described(Samples.gif(50, 40), 12_000))).isPresent();
    assertThat(Thumbnail.of(described(Samples.webp(1), 12_000))).isPresent();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void preview_isUpright(int orientation) throws IOException {
    Thumbnail plain = Thumbnail.of(described(Samples.jpeg(300, 200, 1), 12_000)).orElseThrow();
    Thumbnail seen =
        Thumbnail.of(described(Samples.jpeg(300, 200, orientation), 12_000)).orElseThrow();
    boolean turned = orientation > 4;
    assertThat(seen.width() > seen.height()).isEqualTo(!turned);
    // Red grows to the right, green downwards: where the corner that has neither went.
    int corner =
        switch (orientation) {
          case 1, 5 -> seen.rgb(4, 4);
          case 2, 6 -> seen.rgb(seen.width() - 5, 4);
          case 3, 7 -> seen.rgb(seen.width() - 5, seen.height() - 5);
          default -> seen.rgb(4, seen.height() - 5);
        };
    assertThat(corner >> 16 & 0xff).isLessThan(60);
    assertThat(corner >> 8 & 0xff).isLessThan(60);
    assertThat(plain.rgb(4, 4) >> 16 & 0xff).isLessThan(60);
  }

  @Test
  void littleRoom_makesASmallPreview_andNoneLeavesItOut() throws IOException {
    byte[] jpeg = Samples.jpeg(900, 900, 1);
    assertThat(described(jpeg, 2000).preview().length()).isBetween(1, 2000);
    Picture none = described(jpeg, 0);
    assertThat(none.preview().length()).isZero();
    assertThat(none.width()).isEqualTo(900);
  }

  @Test
  void transparentPixels_areWhite() {
    assertThat(new Raster(2, 1, new int[] {0, 0xffffff}).within(1, 1).rgb())
        .containsExactly(0x7f7f7f);
  }

  @Test
  void whatComesAsAPreview_isDecodedOnlyWithinItsBounds() {
    byte[] wide = Samples.png(1025, 2, 1);
    assertThat(Thumbnail.of(new Picture(1, 1, Bytes.of(wide)))).isEmpty();
    assertThat(Thumbnail.of(new Picture(1, 1, Bytes.of(Samples.gif(3, 3))))).isEmpty();
    assertThat(Thumbnail.of(new Picture(1, 1, Bytes.of(new byte[0])))).isEmpty();
    assertThat(Thumbnail.of(new Picture(1, 1, Bytes.of(new byte[] {1, 2, 3})))).isEmpty();
    assertThat(Thumbnail.of(new Picture(1, 1, Bytes.of(Samples.png(20, 20, 1))))).isPresent();
  }

  @Test
  void mutatedPreviews_areDecodedOrNot_andNothingElse() throws IOException {
    byte[] preview = described(Samples.jpeg(200, 200, 1), 4000).preview().toArray();
    Random random = new Random(11);
    for (int round = 0; round < 300; round++) {
      byte[] mutated = preview.clone();
      for (int i = 0; i < 3; i++) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
      }
      byte[] cut = Arrays.copyOf(mutated, 1 + random.nextInt(mutated.length));
      Thumbnail.of(new Picture(1, 1, Bytes.of(random.nextBoolean() ? mutated : cut)))
          .ifPresent(seen -> assertThat(seen.width()).isLessThanOrEqualTo(1024));
    }
  }
}
