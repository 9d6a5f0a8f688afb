package sotto.client.internal.files;

import java.util.Optional;

/// A picture, taken apart.
///
/// @param format what it is
/// @param width pixels of a row, as stored
/// @param height rows, as stored
/// @param orientation how it has to be turned
/// @param clean the same picture without what says where, when, by whom and with what it was made
/// @param bare only what its pixels need, of the first of several pictures, for a decoder; empty if
///   it is not to be decoded
/// @param effort pixels that a decoder has to work through
record PictureFile(
    Format format,
    int width,
    int height,
    Orientation orientation,
    Pieces clean,
    Optional<Pieces> bare,
    long effort) {
  /// The formats that are taken apart.
  enum Format {
    JPEG,
    PNG,
    GIF,
    WEBP
  }

  PictureFile {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException("a picture has pixels");
    }
  }

  /// Its width as it is seen.
  int shownWidth() {
    return orientation.turned() ? height : width;
  }

  /// Its height as it is seen.
  int shownHeight() {
    return orientation.turned() ? width : height;
  }
}
