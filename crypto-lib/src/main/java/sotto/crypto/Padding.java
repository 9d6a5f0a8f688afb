package sotto.crypto;

import java.util.Arrays;
import java.util.Optional;

/// Brings contents to one of few sizes, so that a ciphertext's length says little about what is in
/// it.
///
/// ```
/// padded = content ‖ 0x80 ‖ zeros        up to the smallest size that holds content and 0x80
/// ```
///
/// The sizes are 512 bytes (short texts, receipts, typing), then doubled up to 64 KiB, then 80 KiB
/// (a text of 65,536 bytes with its metadata) and 92 KiB. What libsignal adds (1,761 bytes to the
/// first messages of a session, some 110 afterwards) then still leaves room in an envelope of 96
/// KiB. The padding is that of ISO/IEC 7816-4 §12.1.
public final class Padding {
  private static final int[] SIZES = {
    512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536, 80 * 1024, 92 * 1024
  };
  private static final byte MARK = (byte) 0x80;

  /// The smallest padded size.
  public static final int MIN_PADDED = 512;

  /// The largest padded size.
  public static final int MAX_PADDED = 92 * 1024;

  /// The largest content in bytes.
  public static final int MAX_CONTENT = MAX_PADDED - 1;

  private Padding() {}

  /// The padded size of a content.
  ///
  /// @throws IllegalArgumentException if the length is negative or above [#MAX_CONTENT]
  public static int paddedSize(int contentLength) {
    if (contentLength >= 0) {
      for (int size : SIZES) {
        if (contentLength < size) {
          return size;
        }
      }
    }
    throw new IllegalArgumentException(
        "a content has at most " + MAX_CONTENT + " bytes, not " + contentLength);
  }

  /// Pads a content.
  ///
  /// @throws IllegalArgumentException if it is longer than [#MAX_CONTENT]
  public static byte[] pad(byte[] content) {
    byte[] padded = Arrays.copyOf(content, paddedSize(content.length));
    padded[content.length] = MARK;
    return padded;
  }

  /// The content in a padded one; empty for anything that [#pad] does not make.
  public static Optional<byte[]> unpad(byte[] padded) {
    int end = padded.length - 1;
    while (end >= 0 && padded[end] == 0) {
      end--;
    }
    if (end < 0 || padded[end] != MARK || end > MAX_CONTENT || paddedSize(end) != padded.length) {
      return Optional.empty();
    }
    return Optional.of(Arrays.copyOf(padded, end));
  }
}
