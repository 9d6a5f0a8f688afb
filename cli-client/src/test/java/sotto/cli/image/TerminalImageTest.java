package sotto.cli.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sotto.chain.Bytes;
import sotto.client.Picture;
import sotto.client.Thumbnail;

/// Previews as characters.
class TerminalImageTest {
  private static Thumbnail thumbnail(int width, int height) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int x = 0; x < width; x++) {
      for (int y = 0; y < height; y++) {
        image.setRGB(x, y, x < width / 2 ? 0xff0000 : 0x0000ff);
      }
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(image, "png", png);
    return Thumbnail.of(new Picture(width, height, Bytes.of(png.toByteArray()))).orElseThrow();
  }

  @Test
  void blocks_areTwoPixelsACell_andFitTheirBounds() throws IOException {
    String drawn = TerminalImage.draw(thumbnail(320, 200), ImageWay.BLOCKS);
    assertThat(drawn.lines()).hasSizeLessThanOrEqualTo(12);
    assertThat(drawn.lines().findFirst().orElseThrow())
        .startsWith("\u001b[38;2;255;0;0;48;2;255;0;0m▀")
        .endsWith("\u001b[38;2;0;0;255;48;2;0;0;255m▀\u001b[0m");
    assertThat(drawn.lines().map(l -> l.chars().filter(c -> c == '▀').count()))
        .allMatch(cells -> cells <= 40);
  }

  @Test
  void fewColours_areThoseOfTheCube() throws IOException {
    assertThat(TerminalImage.draw(thumbnail(2, 1), ImageWay.BLOCKS256))
        .isEqualTo("\u001b[38;5;196m▀\u001b[38;5;21m▀\u001b[0m\n");
  }

  @Test
  void kitty_getsAPngInChunks_andIsAskedNotToAnswer() throws IOException {
    Thumbnail picture = thumbnail(300, 200);
    String drawn = TerminalImage.draw(picture, ImageWay.KITTY);
    assertThat(drawn).startsWith("\u001b_Ga=T,f=100,q=2,").endsWith("\u001b\\\n");
    StringBuilder data = new StringBuilder();
    for (String chunk : drawn.split(Pattern.quote("\u001b\\"), -1)) {
      if (chunk.contains(";")) {
        assertThat(chunk.length()).isLessThan(4200);
        data.append(chunk.substring(chunk.indexOf(';') + 1));
      }
    }
    isPicture(Base64.getDecoder().decode(data.toString()), picture);
  }

  @Test
  void iterm_getsAPng() throws IOException {
    Thumbnail picture = thumbnail(30, 20);
    String drawn = TerminalImage.draw(picture, ImageWay.ITERM);
    assertThat(drawn).startsWith("\u001b]1337;File=inline=1;size=").endsWith("\u0007\n");
    isPicture(
        Base64.getDecoder()
            .decode(drawn.substring(drawn.indexOf(':') + 1, drawn.indexOf('\u0007'))),
        picture);
  }

  private static void isPicture(byte[] png, Thumbnail picture) throws IOException {
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
    assertThat(image.getWidth()).isEqualTo(picture.width());
    assertThat(image.getHeight()).isEqualTo(picture.height());
    for (int x = 0; x < picture.width(); x += 7) {
      assertThat(image.getRGB(x, 1) & 0xffffff).isEqualTo(picture.rgb(x, 1));
    }
  }

  @Test
  void sixels_nameTheirColoursAndBands() throws IOException {
    String drawn = TerminalImage.draw(thumbnail(4, 7), ImageWay.SIXEL);
    assertThat(drawn).startsWith("\u001bPq\"1;1;4;7#0;2;0;0;0#1;2;0;0;20");
    // Two bands: six rows full, one row of the lowest bit.
    assertThat(drawn).endsWith("#5??~~$#180~~$-#5??@@$#180@@$-\u001b\\\n");
  }

  @ParameterizedTest
  @EnumSource(ImageWay.class)
  void nothingButTheWaysOwnControls_leaves(ImageWay way) throws IOException {
    String drawn = TerminalImage.draw(thumbnail(64, 48), way);
    String rest =
        drawn
            .replaceAll("\u001b_G[^\u001b]*\u001b\\\\", "")
            .replaceAll("\u001b]1337;[^\u0007\u001b]*\u0007", "")
            .replaceAll("\u001bPq[^\u001b]*\u001b\\\\", "")
            .replaceAll("\u001b\\[[0-9;]*m", "");
    assertThat(rest).matches("[▀\n]*");
  }
}
