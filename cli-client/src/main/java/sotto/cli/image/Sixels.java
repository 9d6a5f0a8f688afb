package sotto.cli.image;

import java.util.Arrays;
import sotto.client.Thumbnail;

/// Pixels as sixels (DEC VT330/VT340 Programmer Reference, chapter 14), in a fixed palette of 216
/// colours with ordered dithering.
final class Sixels {
  private static final int LEVELS = 6;
  private static final int BAND = 6;
  private static final int[][] BAYER = {
    {0, 8, 2, 10}, {12, 4, 14, 6}, {3, 11, 1, 9}, {15, 7, 13, 5}
  };

  private Sixels() {}

  static String draw(Thumbnail picture) {
    StringBuilder out = new StringBuilder("\u001bPq");
    out.append("\"1;1;").append(picture.width()).append(';').append(picture.height());
    for (int c = 0; c < LEVELS * LEVELS * LEVELS; c++) {
      out.append('#').append(c).append(";2;");
      out.append(percent(c / 36)).append(';');
      out.append(percent(c / 6 % 6)).append(';').append(percent(c % 6));
    }
    for (int top = 0; top < picture.height(); top += BAND) {
      band(out, picture, top);
      out.append('-');
    }
    return out.append("\u001b\\").toString();
  }

  private static int percent(int level) {
    return level * 20;
  }

  private static void band(StringBuilder out, Thumbnail picture, int top) {
    int height = Math.min(BAND, picture.height() - top);
    int[][] colours = new int[height][picture.width()];
    boolean[] used = new boolean[LEVELS * LEVELS * LEVELS];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < picture.width(); x++) {
        colours[y][x] = colour(picture.rgb(x, top + y), x, top + y);
        used[colours[y][x]] = true;
      }
    }
    for (int c = 0; c < used.length; c++) {
      if (used[c]) {
        out.append('#').append(c);
        row(out, colours, c, picture.width());
        out.append('$');
      }
    }
  }

  private static void row(StringBuilder out, int[][] colours, int colour, int width) {
    int[] bits = new int[width];
    for (int y = 0; y < colours.length; y++) {
      for (int x = 0; x < width; x++) {
        bits[x] |= colours[y][x] == colour ? 1 << y : 0;
      }
    }
    int end = width;
    while (end > 0 && bits[end - 1] == 0) {
      end--;
    }
    for (int x = 0; x < end; ) {
      int from = x;
      while (x < end && bits[x] == bits[from]) {
        x++;
      }
      run(out, (char) (63 + bits[from]), x - from);
    }
  }

  private static void run(StringBuilder out, char sixel, int count) {
    if (count > 3) {
      out.append('!').append(count).append(sixel);
    } else {
      char[] same = new char[count];
      Arrays.fill(same, sixel);
      out.append(same);
    }
  }

  private static int colour(int rgb, int x, int y) {
    int threshold = BAYER[y & 3][x & 3];
    return 36 * level(rgb >> 16 & 0xff, threshold)
        + 6 * level(rgb >> 8 & 0xff, threshold)
        + level(rgb & 0xff, threshold);
  }

  private static int level(int value, int threshold) {
    int scaled = value * (LEVELS - 1);
    int whole = scaled / 255;
    return Math.min(LEVELS - 1, whole + ((scaled % 255) * 16 / 255 > threshold ? 1 : 0));
  }
}
