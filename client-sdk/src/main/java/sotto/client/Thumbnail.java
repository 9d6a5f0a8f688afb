package sotto.client;

import java.util.Optional;
import sotto.client.internal.files.Pictures;
import sotto.client.internal.files.Raster;

/// The pixels of a preview. Made at a bounded price from bytes that a stranger chose: at most 1,024
/// by 1,024 pixels, of a JPEG or PNG file, in a few seconds.
public final class Thumbnail {
  private final Raster pixels;

  private Thumbnail(Raster pixels) {
    this.pixels = pixels;
  }

  /// Decodes a preview; make one only when somebody wants to see it. Blocks.
  ///
  /// @return empty if there is none, or it is not a small picture
  public static Optional<Thumbnail> of(Picture picture) {
    return Pictures.preview(picture.preview()).map(Thumbnail::new);
  }

  /// The same, made smaller so that it fits.
  ///
  /// @param maxWidth at least 1
  /// @param maxHeight at least 1
  public Thumbnail within(int maxWidth, int maxHeight) {
    return new Thumbnail(pixels.within(Math.max(1, maxWidth), Math.max(1, maxHeight)));
  }

  /// Pixels of a row.
  public int width() {
    return pixels.width();
  }

  /// Rows.
  public int height() {
    return pixels.height();
  }

  /// A pixel.
  ///
  /// @return 0xRRGGBB
  public int rgb(int x, int y) {
    if (x < 0 || x >= pixels.width()) {
      throw new IndexOutOfBoundsException(x);
    }
    return pixels.rgb()[y * pixels.width() + x];
  }
}
