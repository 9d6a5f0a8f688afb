package sotto.client.internal.files;

import java.io.IOException;
import java.util.Arrays;

/// Tells pictures from other files, by their first bytes and never by their names.
final class PictureFiles {
  /// What a file is.
  sealed interface Kind {}

  /// None of the formats that are taken apart; it may be a picture all the same.
  record Other() implements Kind {}

  /// A picture.
  record Known(PictureFile file) implements Kind {}

  /// It begins like a picture and goes on like none.
  record Broken(String why) implements Kind {}

  private static final int FIRST = 12;

  private PictureFiles() {}

  /// Takes a file apart; reads all of it, once, and keeps nothing of it.
  ///
  /// @throws IOException if it cannot be read
  static Kind inspect(ByteSource source) throws IOException {
    try {
      byte[] first = new byte[FIRST];
      int count = 0;
      for (int read; count < FIRST; count += read) {
        read = source.read(count, first, count, FIRST - count);
        if (read < 0) {
          break;
        }
      }
      if (starts(first, 0, 0xff, 0xd8, 0xff)) {
        return new Known(JpegFile.read(source));
      }
      if (Arrays.equals(first, 0, 8, PngFile.SIGNATURE, 0, 8)) {
        return new Known(PngFile.read(source));
      }
      if (starts(first, 0, 'G', 'I', 'F', '8')) {
        return new Known(GifFile.read(source));
      }
      if (starts(first, 0, 'R', 'I', 'F', 'F') && starts(first, 8, 'W', 'E', 'B', 'P')) {
        return new Known(WebpFile.read(source));
      }
      return new Other();
    } catch (Malformed e) {
      return new Broken(String.valueOf(e.getMessage()));
    }
  }

  private static boolean starts(byte[] bytes, int at, int... with) {
    for (int i = 0; i < with.length; i++) {
      if ((bytes[at + i] & 0xff) != with[i]) {
        return false;
      }
    }
    return true;
  }
}
