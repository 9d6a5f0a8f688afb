package sotto.client.internal.files;

/// Pixels without transparency.
///
/// @param width pixels of a row
/// @param height rows
/// @param rgb 0xRRGGBB, row by row
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Raster(int width, int height, int[] rgb) {
  /// Checks that there are as many pixels as it says.
  public Raster {
    if (width < 1 || height < 1 || rgb.length != width * height) {
      throw new IllegalArgumentException("not so many pixels");
    }
  }

  /// Turned as an orientation asks for.
  Raster turned(Orientation how) {
    if (how == Orientation.UPRIGHT) {
      return this;
    }
    int w = how.turned() ? height : width;
    int h = how.turned() ? width : height;
    int[] out = new int[rgb.length];
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        int from =
            switch (how) {
              case UPRIGHT -> y * width + x;
              case MIRRORED -> y * width + width - 1 - x;
              case UPSIDE_DOWN -> (height - 1 - y) * width + width - 1 - x;
              case UPSIDE_DOWN_MIRRORED -> (height - 1 - y) * width + x;
              case LEFT_MIRRORED -> x * width + y;
              case LEFT -> (height - 1 - x) * width + y;
              case RIGHT_MIRRORED -> (height - 1 - x) * width + width - 1 - y;
              case RIGHT -> x * width + width - 1 - y;
            };
        out[y * w + x] = rgb[from];
      }
    }
    return new Raster(w, h, out);
  }

  /// Made smaller so that it fits, each pixel the mean of those that it stands for; never larger.
  ///
  /// @param maxWidth at least 1
  /// @param maxHeight at least 1
  public Raster within(int maxWidth, int maxHeight) {
    double scale = Math.min(1, Math.min((double) maxWidth / width, (double) maxHeight / height));
    int w = Math.max(1, (int) Math.round(width * scale));
    int h = Math.max(1, (int) Math.round(height * scale));
    if (w == width && h == height) {
      return this;
    }
    int[] out = new int[w * h];
    for (int y = 0; y < h; y++) {
      int top = (int) ((long) y * height / h);
      int bottom = Math.max(top + 1, (int) ((long) (y + 1) * height / h));
      for (int x = 0; x < w; x++) {
        int left = (int) ((long) x * width / w);
        int right = Math.max(left + 1, (int) ((long) (x + 1) * width / w));
        out[y * w + x] = mean(left, top, right, bottom);
      }
    }
    return new Raster(w, h, out);
  }

  private int mean(int left, int top, int right, int bottom) {
    long red = 0;
    long green = 0;
    long blue = 0;
    for (int y = top; y < bottom; y++) {
      for (int x = left; x < right; x++) {
        int pixel = rgb[y * width + x];
        red += pixel >> 16 & 0xff;
        green += pixel >> 8 & 0xff;
        blue += pixel & 0xff;
      }
    }
    long count = (long) (right - left) * (bottom - top);
    return (int) (red / count) << 16 | (int) (green / count) << 8 | (int) (blue / count);
  }
}
