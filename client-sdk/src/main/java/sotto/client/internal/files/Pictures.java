package sotto.client.internal.files;

import java.io.IOException;
import java.util.Optional;
import sotto.chain.Bytes;
import sotto.client.Picture;

/// What becomes of a picture that is sent: without what it says about its making, and with a small
/// preview in the message.
public final class Pictures {
  /// A file that is to be sent.
  public sealed interface Found {}

  /// It is no picture of a known format.
  public record NoPicture() implements Found {}

  /// It begins like a picture, but what it holds cannot be told.
  ///
  /// @param why a few words
  public record Unreadable(String why) implements Found {}

  /// A picture.
  ///
  /// @param clean the same without metadata
  /// @param file for [#preview]
  public record Cleanable(Pieces clean, Inspected file) implements Found {}

  /// A picture that was taken apart.
  public static final class Inspected {
    private final PictureFile file;

    private Inspected(PictureFile file) {
      this.file = file;
    }
  }

  private static final int SIDE = 320;
  private static final int SMALLEST_SIDE = 32;
  private static final int PREVIEW_SIDE = 1024;
  private static final float[] QUALITIES = {0.75f, 0.6f, 0.45f, 0.3f};

  private Pictures() {}

  /// Takes a file apart.
  ///
  /// @throws IOException if it cannot be read
  public static Found inspect(ByteSource source) throws IOException {
    return switch (PictureFiles.inspect(source)) {
      case PictureFiles.Other _ -> new NoPicture();
      case PictureFiles.Broken(String why) -> new Unreadable(why);
      case PictureFiles.Known(PictureFile file) -> new Cleanable(file.clean(), new Inspected(file));
    };
  }

  /// What the recipient is told of a picture: its size, and a preview if it can be made.
  ///
  /// @param maxBytes the longest preview; small values leave it out
  public static Picture describe(Inspected inspected, ByteSource source, int maxBytes) {
    PictureFile file = inspected.file;
    int longest = Math.min(maxBytes, Picture.MAX_PREVIEW);
    byte[] preview =
        Decoder.decode(file, source, 2 * SIDE)
            .flatMap(pixels -> shrunk(pixels, longest))
            .orElseGet(() -> new byte[0]);
    boolean believable = file.width() <= Picture.MAX_SIDE && file.height() <= Picture.MAX_SIDE;
    return new Picture(
        believable ? file.shownWidth() : 0, believable ? file.shownHeight() : 0, Bytes.of(preview));
  }

  private static Optional<byte[]> shrunk(Raster pixels, int maxBytes) {
    try {
      for (int side = SIDE; side >= SMALLEST_SIDE; side = side * 3 / 4) {
        Raster small = pixels.within(side, side);
        for (float quality : QUALITIES) {
          byte[] jpeg = JpegWriter.write(small, quality);
          if (jpeg.length <= maxBytes) {
            return Optional.of(jpeg);
          }
        }
      }
    } catch (IOException e) {
      // A Java without an encoder: it goes without a preview.
    }
    return Optional.empty();
  }

  /// What somebody says of a picture, as far as it is within its bounds: what is not is left out,
  /// as it is no reason to lose a message.
  ///
  /// @return empty if nothing is left
  public static Optional<Picture> believed(int width, int height, byte[] preview) {
    boolean sized = believable(width) && believable(height);
    boolean shown = preview.length > 0 && preview.length <= Picture.MAX_PREVIEW;
    return sized || shown
        ? Optional.of(
            new Picture(
                sized ? width : 0, sized ? height : 0, Bytes.of(shown ? preview : new byte[0])))
        : Optional.empty();
  }

  private static boolean believable(int side) {
    return side > 0 && side <= Picture.MAX_SIDE;
  }

  /// The pixels of a preview that came; empty for anything that is not a small JPEG or PNG.
  public static Optional<Raster> preview(Bytes preview) {
    if (preview.length() == 0 || preview.length() > Picture.MAX_PREVIEW) {
      return Optional.empty();
    }
    ByteSource source = ByteSource.of(preview.toArray());
    try {
      return PictureFiles.inspect(source) instanceof PictureFiles.Known(PictureFile file)
              && (file.format() == PictureFile.Format.JPEG
                  || file.format() == PictureFile.Format.PNG)
              && file.width() <= PREVIEW_SIDE
              && file.height() <= PREVIEW_SIDE
          ? Decoder.decode(file, source, PREVIEW_SIDE)
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
