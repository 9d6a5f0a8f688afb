package sotto.client.internal.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sotto.client.internal.files.PictureFile.Format;

/// Pictures are taken apart without a change to what they show.
final class PictureFilesTest {
  private static final Map<Format, byte[]> ALL =
      Map.of(
          Format.JPEG, Samples.jpeg(120, 80, 6),
          Format.PNG, Samples.png(120, 80, 6),
          Format.GIF, Samples.gif(120, 80),
          Format.WEBP, Samples.webp(6));

  private static PictureFile taken(byte[] bytes) throws IOException {
    PictureFiles.Kind kind = PictureFiles.inspect(ByteSource.of(bytes));
    assertThat(kind).isInstanceOf(PictureFiles.Known.class);
    return ((PictureFiles.Known) kind).file();
  }

  private static byte[] clean(byte[] bytes) throws IOException {
    Pieces pieces = taken(bytes).clean();
    byte[] clean = pieces.read(ByteSource.of(bytes)).readAllBytes();
    assertThat(pieces.size()).isEqualTo(clean.length);
    return clean;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static int[] pixels(byte[] bytes) throws IOException {
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(bytes));
    return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
  }

  @Test
  void cleanPicture_saysNothingOfItsMaking_andShowsTheSame() throws IOException {
    for (Map.Entry<Format, byte[]> sample : ALL.entrySet()) {
      byte[] clean = clean(sample.getValue());
      assertThat(text(sample.getValue())).contains(Samples.SECRET);
      assertThat(text(clean)).as("%s", sample.getKey()).doesNotContain("0815", "adobe", "XMP");
      assertThat(taken(clean).format()).isEqualTo(sample.getKey());
      if (sample.getKey() != Format.WEBP) {
        assertThat(pixels(clean)).isEqualTo(pixels(sample.getValue()));
      }
    }
  }

  @Test
  void cleaningAgain_changesNothing() throws IOException {
    for (byte[] sample : ALL.values()) {
      byte[] once = clean(sample);
      assertThat(clean(once)).isEqualTo(once);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void orientation_isAllThatIsKeptOfExif(int value) throws IOException {
    for (byte[] sample :
        new byte[][] {
          Samples.jpeg(60, 40, value), Samples.png(60, 40, value), Samples.webp(value)
        }) {
      PictureFile cleaned = taken(clean(sample));
      assertThat(cleaned.orientation().value()).isEqualTo(value);
      assertThat(text(clean(sample)).contains("MM\0*")).isEqualTo(value != 1);
      if (cleaned.width() > 1) {
        assertThat(cleaned.shownWidth()).isEqualTo(value > 4 ? 40 : 60);
      }
    }
  }

  @Test
  void bareForm_holdsNothingButPixels() throws IOException {
    for (Map.Entry<Format, byte[]> sample : ALL.entrySet()) {
      byte[] bytes = sample.getValue();
      Pieces bare = taken(bytes).bare().orElseThrow();
      byte[] read = bare.read(ByteSource.of(bytes)).readAllBytes();
      assertThat(text(read)).doesNotContain("0815", "Exif", "JFIF", "ICC");
      assertThat(Decoder.decode(taken(bytes), ByteSource.of(bytes), 640))
          .as("%s", sample.getKey())
          .isPresent();
    }
  }

  @Test
  void jpegThatWasCutOff_isStillOne_withoutItsMetadata() throws IOException {
    byte[] jpeg = Samples.jpeg(400, 300, 1);
    byte[] cut = Arrays.copyOf(jpeg, jpeg.length - 2000);
    assertThat(text(clean(cut))).doesNotContain("0815");
  }

  @Test
  void whatBeginsLikeAPictureAndIsNone_isBroken_andOtherFilesAreNot() throws IOException {
    for (byte[] sample : ALL.values()) {
      byte[] head = Arrays.copyOf(sample, 40);
      assertThat(PictureFiles.inspect(ByteSource.of(head))).isInstanceOf(PictureFiles.Broken.class);
    }
    for (String other : new String[] {"", "x", "BM and so on", "%PDF-1.7", "RIFF1234AVI "}) {
      assertThat(PictureFiles.inspect(ByteSource.of(other.getBytes(StandardCharsets.US_ASCII))))
          .isInstanceOf(PictureFiles.Other.class);
    }
  }

  @Test
  void mutatedPictures_areTakenApartOrBroken_andStayWhatTheyBecame() throws IOException {
    Random random = new Random(20261126);
    for (Format format : Format.values()) {
      byte[] sample = Objects.requireNonNull(ALL.get(format));
      for (int round = 0; round < 3000; round++) {
        byte[] mutated = mutated(sample, random);
        if (PictureFiles.inspect(ByteSource.of(mutated))
            instanceof PictureFiles.Known(PictureFile file)) {
          byte[] clean = file.clean().read(ByteSource.of(mutated)).readAllBytes();
          assertThat(clean.length).isEqualTo((int) file.clean().size());
          assertThat(clean(clean)).as("round %d", round).isEqualTo(clean);
          if (round % 20 == 0) {
            var _ = Decoder.decode(file, ByteSource.of(mutated), 64);
          }
        }
      }
    }
  }

  private static byte[] mutated(byte[] sample, Random random) {
    byte[] bytes = sample.clone();
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(Math.min(bytes.length, 900));
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> bytes[at] = random.nextBoolean() ? 0 : (byte) 0xff;
        default -> bytes = Arrays.copyOf(bytes, Math.max(1, bytes.length - random.nextInt(200)));
      }
      if (bytes.length < 2) {
        return bytes;
      }
    }
    return bytes;
  }

  @Test
  void hugePicture_isNotDecoded() throws IOException {
    byte[] png = Samples.png(40, 40, 1);
    for (int i : new int[] {16, 20}) {
      png[i + 1] = 1;
    }
    PictureFile file = taken(png);
    assertThat(file.width()).isGreaterThan(60_000);
    long begun = System.nanoTime();
    assertThat(Decoder.decode(file, ByteSource.of(png), 640)).isEmpty();
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(1));
  }

  @Test
  void manyScans_areNotDecoded() throws IOException {
    byte[] jpeg = Samples.jpeg(40, 40, 1);
    java.io.ByteArrayOutputStream bomb = new java.io.ByteArrayOutputStream();
    int sos = text(jpeg).indexOf("\u00ff\u00da");
    bomb.write(jpeg, 0, sos);
    for (int i = 0; i < 500; i++) {
      bomb.write(jpeg, sos, 14);
    }
    bomb.write(jpeg, sos, jpeg.length - sos);
    assertThat(taken(bomb.toByteArray()).bare()).isEmpty();
  }

  @Test
  void largePicture_isMadeSmallWhileItIsDecoded() throws IOException {
    byte[] jpeg = Samples.jpeg(3000, 2000, 8);
    Raster raster = Decoder.decode(taken(jpeg), ByteSource.of(jpeg), 640).orElseThrow();
    assertThat(raster.height()).isEqualTo(750);
    assertThat(raster.width()).isEqualTo(500);
  }
}
