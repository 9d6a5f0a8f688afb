package sotto.client.internal.files;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// How a picture has to be turned and mirrored to be seen upright: the one tag of Exif (CIPA
/// DC-008, tag 0x0112) that is not about where and with what it was taken.
enum Orientation {
  UPRIGHT(1),
  MIRRORED(2),
  UPSIDE_DOWN(3),
  UPSIDE_DOWN_MIRRORED(4),
  LEFT_MIRRORED(5),
  LEFT(6),
  RIGHT_MIRRORED(7),
  RIGHT(8);

  private static final int TAG = 0x0112;
  private static final int SHORT = 3;
  private static final int MAX_ENTRIES = 1000;

  private final int value;

  Orientation(int value) {
    this.value = value;
  }

  /// The value of the tag, 1 to 8.
  int value() {
    return value;
  }

  /// Whether width and height change places.
  boolean turned() {
    return value >= LEFT_MIRRORED.value;
  }

  /// The orientation in a TIFF structure, as Exif is one; upright if it has none or makes no sense.
  static Orientation in(byte[] tiff) {
    if (tiff.length < 8) {
      return UPRIGHT;
    }
    ByteBuffer in = ByteBuffer.wrap(tiff);
    if (tiff[0] == 'I' && tiff[1] == 'I') {
      in.order(ByteOrder.LITTLE_ENDIAN);
    } else if (tiff[0] != 'M' || tiff[1] != 'M') {
      return UPRIGHT;
    }
    long directory = Integer.toUnsignedLong(in.getInt(4));
    if (in.getShort(2) != 42 || directory + 2 > tiff.length) {
      return UPRIGHT;
    }
    int entries = Math.min(MAX_ENTRIES, Short.toUnsignedInt(in.getShort((int) directory)));
    for (int i = 0; i < entries; i++) {
      long entry = directory + 2 + 12L * i;
      if (entry + 12 > tiff.length) {
        return UPRIGHT;
      }
      int at = (int) entry;
      if (in.getShort(at) == TAG && in.getShort(at + 2) == SHORT && in.getInt(at + 4) == 1) {
        int value = Short.toUnsignedInt(in.getShort(at + 8));
        return Arrays.stream(values()).filter(o -> o.value == value).findFirst().orElse(UPRIGHT);
      }
    }
    return UPRIGHT;
  }

  /// A TIFF structure that holds this and nothing else.
  byte[] tiff() {
    return ByteBuffer.allocate(26)
        .put(new byte[] {'M', 'M'})
        .putShort((short) 42)
        .putInt(8)
        .putShort((short) 1)
        .putShort((short) TAG)
        .putShort((short) SHORT)
        .putInt(1)
        .putShort((short) value)
        .putShort((short) 0)
        .putInt(0)
        .array();
  }
}
