package sotto.client;

import sotto.chain.Bytes;

/// What is known of a picture before it is downloaded. **Untrusted**: the sender says so, and none
/// of it need be true of the file.
///
/// @param width its width as it is shown, pixels; 0 = unknown, at most [#MAX_SIDE]
/// @param height its height, likewise
/// @param preview a small JPEG or PNG, at most [#MAX_PREVIEW] bytes; empty = none. Decode it with
///   [Thumbnail#of], which bounds what it may cost
public record Picture(int width, int height, Bytes preview) {
  /// The largest side that is believed, pixels.
  public static final int MAX_SIDE = 1_000_000;

  /// The largest preview, bytes.
  public static final int MAX_PREVIEW = 12 * 1024;

  /// Checks the bounds.
  public Picture {
    if (width < 0
        || height < 0
        || width > MAX_SIDE
        || height > MAX_SIDE
        || preview.length() > MAX_PREVIEW) {
      throw SottoException.invalid("picture", "A picture's size or preview is out of bounds.");
    }
  }

  /// Prints sizes only.
  @Override
  public String toString() {
    return "Picture[" + width + "x" + height + ", preview " + preview.length() + " bytes]";
  }
}
