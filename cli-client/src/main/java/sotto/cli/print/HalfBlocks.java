package sotto.cli.print;

import com.google.zxing.BarcodeFormat;
import com.google.zxing.EncodeHintType;
import com.google.zxing.WriterException;
import com.google.zxing.common.BitMatrix;
import com.google.zxing.qrcode.QRCodeWriter;
import com.google.zxing.qrcode.decoder.ErrorCorrectionLevel;
import java.util.Map;

/// A QR code (ISO/IEC 18004) drawn with half blocks, two rows of modules a line.
public final class HalfBlocks {
  private static final int QUIET_ZONE = 2;
  private static final String BLACK_ON_WHITE = "\u001b[38;5;16;48;5;231m";
  private static final String RESET = "\u001b[0m";

  private HalfBlocks() {}

  /// Draws the content.
  ///
  /// @param content what the code holds
  /// @param colours true = black on white by escape codes, right on every terminal; false = no
  ///   codes, the light modules are drawn, right on a dark background
  public static String qr(String content, boolean colours) {
    BitMatrix modules = encoded(content);
    StringBuilder drawing = new StringBuilder();
    for (int y = 0; y < modules.getHeight(); y += 2) {
      drawing.append(colours ? BLACK_ON_WHITE : "");
      for (int x = 0; x < modules.getWidth(); x++) {
        boolean upper = ink(modules, x, y, colours);
        boolean lower = ink(modules, x, y + 1, colours);
        drawing.append(upper ? lower ? '█' : '▀' : lower ? '▄' : ' ');
      }
      drawing.append(colours ? RESET : "").append('\n');
    }
    return drawing.toString();
  }

  private static boolean ink(BitMatrix modules, int x, int y, boolean colours) {
    boolean dark = y < modules.getHeight() && modules.get(x, y);
    return dark == colours;
  }

  private static BitMatrix encoded(String content) {
    try {
      return new QRCodeWriter()
          .encode(
              content,
              BarcodeFormat.QR_CODE,
              0,
              0,
              Map.of(
                  EncodeHintType.MARGIN,
                  QUIET_ZONE,
                  EncodeHintType.CHARACTER_SET,
                  "UTF-8",
                  EncodeHintType.ERROR_CORRECTION,
                  ErrorCorrectionLevel.L));
    } catch (WriterException e) {
      throw new IllegalArgumentException("too long for a QR code", e);
    }
  }
}
