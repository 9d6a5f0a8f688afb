package sotto.client.internal.files;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;

/// Pictures that say too much: each holds [#SECRET] wherever its format lets it.
public final class Samples {
  /// What must not be in a picture that was cleaned.
  public static final String SECRET = "N 47.3769 E 8.5417 serial 0815";

  private static final byte[] TINY_WEBP =
      Base64.getDecoder().decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA");

  private Samples() {}

  /// A picture with something to see.
  static BufferedImage image(int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(7);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int noise = random.nextInt(32);
        image.setRGB(x, y, (255 * x / width) << 16 | (255 * y / height) << 8 | noise);
      }
    }
    return image;
  }

  private static byte[] encoded(int width, int height, String format) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ImageIO.write(image(width, height), format, out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] joined(List<byte[]> parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    parts.forEach(out::writeBytes);
    return out.toByteArray();
  }

  private static byte[] secret(String before) {
    return (before + SECRET).getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] exif(int orientation) {
    byte[] secret = secret("");
    return ByteBuffer.allocate(8 + 2 + 24 + 4 + secret.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(new byte[] {'I', 'I'})
        .putShort((short) 42)
        .putInt(8)
        .putShort((short) 2)
        .putShort((short) 0x010f)
        .putShort((short) 2)
        .putInt(secret.length)
        .putInt(38)
        .putShort((short) 0x0112)
        .putShort((short) 3)
        .putInt(1)
        .putInt(orientation)
        .putInt(0)
        .put(secret)
        .array();
  }

  private static byte[] segment(int code, byte[] content) {
    return ByteBuffer.allocate(4 + content.length)
        .put((byte) 0xff)
        .put((byte) code)
        .putShort((short) (content.length + 2))
        .put(content)
        .array();
  }

  /// A JPEG file.
  ///
  /// @param orientation 1 to 8
  public static byte[] jpeg(int width, int height, int orientation) {
    byte[] plain = encoded(width, height, "jpeg");
    byte[] prefix = "Exif\0\0".getBytes(StandardCharsets.ISO_8859_1);
    return joined(
        List.of(
            java.util.Arrays.copyOf(plain, 20),
            segment(0xe1, joined(List.of(prefix, exif(orientation)))),
            segment(0xe1, secret("http://ns.adobe.com/xap/1.0/\0")),
            segment(0xed, secret("Photoshop 3.0\0")),
            segment(0xfe, secret("comment ")),
            segment(0xe2, secret("MPF\0")),
            java.util.Arrays.copyOfRange(plain, 20, plain.length),
            secret("a film behind the end")));
  }

  private static byte[] chunk(String type, byte[] content) {
    ByteBuffer chunk = ByteBuffer.allocate(12 + content.length);
    chunk.putInt(content.length).put(type.getBytes(StandardCharsets.US_ASCII)).put(content);
    CRC32 crc = new CRC32();
    crc.update(chunk.array(), 4, 4 + content.length);
    return chunk.putInt((int) crc.getValue()).array();
  }

  /// A PNG file.
  public static byte[] png(int width, int height, int orientation) {
    byte[] plain = encoded(width, height, "png");
    return joined(
        List.of(
            java.util.Arrays.copyOf(plain, 33),
            chunk("eXIf", exif(orientation)),
            chunk("tEXt", secret("Comment\0")),
            chunk("iTXt", secret("XML:com.adobe.xmp\0\0\0\0\0")),
            chunk("zTXt", secret("x\0\0")),
            chunk("tIME", new byte[7]),
            chunk("prVt", secret("")),
            java.util.Arrays.copyOfRange(plain, 33, plain.length),
            secret("behind the end")));
  }

  /// A GIF file.
  public static byte[] gif(int width, int height) {
    byte[] plain = encoded(width, height, "gif");
    int colours = (plain[10] & 0x80) == 0 ? 0 : 3 << ((plain[10] & 7) + 1);
    byte[] secret = secret("");
    byte[] head = java.util.Arrays.copyOf(plain, 13 + colours);
    return joined(
        List.of(
            head,
            new byte[] {0x21, (byte) 0xfe, (byte) secret.length},
            secret,
            new byte[] {0},
            new byte[] {0x21, (byte) 0xff, 11},
            "XMP DataXMP".getBytes(StandardCharsets.US_ASCII),
            new byte[] {(byte) secret.length},
            secret,
            new byte[] {0},
            java.util.Arrays.copyOfRange(plain, 13 + colours, plain.length),
            secret));
  }

  private static byte[] riff(String type, byte[] content) {
    return ByteBuffer.allocate(8 + content.length + (content.length & 1))
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(type.getBytes(StandardCharsets.US_ASCII))
        .putInt(content.length)
        .put(content)
        .array();
  }

  /// A WebP file of one pixel.
  public static byte[] webp(int orientation) {
    byte[] body =
        joined(
            List.of(
                "WEBP".getBytes(StandardCharsets.US_ASCII),
                riff("VP8X", new byte[] {0x0c, 0, 0, 0, 0, 0, 0, 0, 0, 0}),
                java.util.Arrays.copyOfRange(TINY_WEBP, 12, TINY_WEBP.length),
                riff("EXIF", exif(orientation)),
                riff("XMP ", secret("")),
                riff("priv", secret(""))));
    return joined(List.of(riff("RIFF", body), secret("behind the end")));
  }
}
