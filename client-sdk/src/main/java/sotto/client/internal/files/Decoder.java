package sotto.client.internal.files;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.ImageInputStreamImpl;

/// Turns pictures into pixels, at a bounded price, whatever they hold.
///
/// A picture is never given to a decoder as it came: it is taken apart first, and put together
/// again from what its pixels need. Its size is read before anything is decoded, it is made smaller
/// while it is decoded, and it has a few seconds. The decoders are the JDK's own and one for WebP,
/// called by name; what else an application has registered is not used.
final class Decoder {
  /// The most pixels that are decoded for a preview.
  static final long MAX_EFFORT = 120_000_000;

  /// WebP is decoded in Java, as a whole.
  private static final long MAX_WEBP_EFFORT = 16_000_000;

  /// The longest file that is decoded.
  private static final long MAX_BYTES = 128L * 1024 * 1024;

  private static final long PATIENCE_MILLIS = 5000;
  private static final int MAX_ROW = 65_535;

  private Decoder() {}

  /// The pixels, turned upright; empty if it costs too much or cannot be decoded.
  ///
  /// @param side pixels that a side should have at least, if it has as many
  static Optional<Raster> decode(PictureFile picture, ByteSource source, int side) {
    long limit = picture.format() == PictureFile.Format.WEBP ? MAX_WEBP_EFFORT : MAX_EFFORT;
    if (picture.bare().isEmpty()
        || picture.effort() > limit
        || picture.width() > MAX_ROW
        || picture.bare().get().size() > MAX_BYTES) {
      return Optional.empty();
    }
    Input input = new Input(picture.bare().get(), source);
    CompletableFuture<Raster> result = new CompletableFuture<>();
    Thread.ofPlatform()
        .name("sotto-picture")
        .daemon()
        .start(() -> {
          try {
            result.complete(pixels(picture, input, side));
          } catch (IOException | RuntimeException | OutOfMemoryError e) {
            result.completeExceptionally(e);
          }
        });
    try {
      return Optional.of(result.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
    } catch (ExecutionException | TimeoutException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } finally {
      input.over = true;
    }
  }

  private static Raster pixels(PictureFile picture, Input input, int side) throws IOException {
    ImageReader reader = reader(picture.format());
    try {
      reader.setInput(input, true, true);
      int width = reader.getWidth(0);
      int height = reader.getHeight(0);
      if ((long) width * height > picture.effort()) {
        throw new IOException("it is larger than it said");
      }
      int step = Math.max(1, Math.max(width, height) / Math.max(1, side));
      ImageReadParam param = reader.getDefaultReadParam();
      param.setSourceSubsampling(step, step, 0, 0);
      return raster(reader.read(0, param)).turned(picture.orientation());
    } finally {
      reader.dispose();
    }
  }

  private static ImageReader reader(PictureFile.Format format) throws IOException {
    if (format == PictureFile.Format.WEBP) {
      return new WebPImageReaderSpi().createReaderInstance(null);
    }
    Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format.name());
    while (readers.hasNext()) {
      ImageReader reader = readers.next();
      if (reader.getClass().getModule().equals(ImageIO.class.getModule())) {
        return reader;
      }
      reader.dispose();
    }
    throw new IOException("this Java has no decoder for it");
  }

  /// On white: what is transparent is most often meant for paper.
  private static Raster raster(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    int[] rgb = new int[width * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        rgb[y * width + x] = onWhite(image.getRGB(x, y));
      }
    }
    return new Raster(width, height, rgb);
  }

  private static int onWhite(int argb) {
    int alpha = argb >>> 24;
    if (alpha == 0xff) {
      return argb & 0xffffff;
    }
    int red = mixed(argb >> 16 & 0xff, alpha);
    int green = mixed(argb >> 8 & 0xff, alpha);
    return red << 16 | green << 8 | mixed(argb & 0xff, alpha);
  }

  private static int mixed(int colour, int alpha) {
    return (colour * alpha + 255 * (255 - alpha)) / 255;
  }

  /// A picture for a decoder, read from where it is, until its time is over.
  private static final class Input extends ImageInputStreamImpl implements ImageInputStream {
    private final Pieces pieces;
    private final ByteSource source;
    private InputStream in;
    private long inAt;
    private volatile boolean over;

    Input(Pieces pieces, ByteSource source) {
      this.pieces = pieces;
      this.source = source;
      this.in = pieces.read(source);
    }

    @Override
    public long length() {
      return pieces.size();
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (over) {
        throw new IOException("its time is over");
      }
      bitOffset = 0;
      if (streamPos >= pieces.size()) {
        return -1;
      }
      if (streamPos < inAt) {
        in = pieces.read(source);
        inAt = 0;
      }
      in.skipNBytes(streamPos - inAt);
      inAt = streamPos;
      // Decoders take a short answer for the end.
      int count = in.readNBytes(into, offset, length);
      streamPos += count;
      inAt = streamPos;
      return count == 0 && length > 0 ? -1 : count;
    }
  }
}
