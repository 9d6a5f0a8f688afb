package sotto.cli.print;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.LuminanceSource;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HalfBlocksTest {
  private static final int SCALE = 8;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void drawing_canBeScanned(boolean colours) throws Exception {
    String content = "sotto:" + "0123456789abcdef".repeat(12);
    assertThat(scan(HalfBlocks.qr(content, colours), colours)).isEqualTo(content);
  }

  /// Reads the drawing as a camera would: a picture of it, dark on light.
  private static String scan(String drawing, boolean colours) throws Exception {
    List<String> rows =
        drawing.lines().map(row -> row.replaceAll("\u001b\\[[0-9;]*m", "")).toList();
    int width = rows.getFirst().length() * SCALE;
    int height = rows.size() * 2 * SCALE;
    int[] pixels = new int[width * height];
    Arrays.fill(pixels, 0xffffff);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        char block = rows.get(y / SCALE / 2).charAt(x / SCALE);
        boolean upper = y / SCALE % 2 == 0;
        boolean ink = block == '█' || block == (upper ? '▀' : '▄');
        pixels[y * width + x] = ink == colours ? 0 : 0xffffff;
      }
    }
    LuminanceSource picture = new RGBLuminanceSource(width, height, pixels);
    return new QRCodeReader().decode(new BinaryBitmap(new HybridBinarizer(picture))).getText();
  }
}
