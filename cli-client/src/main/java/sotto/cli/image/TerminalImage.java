package sotto.cli.image;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import sotto.client.Thumbnail;

/// A preview as characters for a terminal, at most 40 columns wide and 12 lines high.
public final class TerminalImage {
  private static final int COLUMNS = 40;
  private static final int LINES = 12;

  /// What a cell is taken for, pixels, where the terminal is not asked.
  private static final int CELL_WIDTH = 10;

  private static final int CELL_HEIGHT = 20;
  private static final int KITTY_CHUNK = 4096;
  private static final String ESC = "\u001b";
  private static final String RESET = ESC + "[0m";

  private TerminalImage() {}

  /// Draws a picture.
  ///
  /// @return lines that end in a line break; empty for [ImageWay#OFF]
  public static String draw(Thumbnail picture, ImageWay way) {
    return switch (way) {
      case OFF -> "";
      case KITTY -> kitty(picture);
      case ITERM -> iterm(picture);
      case SIXEL -> Sixels.draw(picture.within(COLUMNS * CELL_WIDTH, LINES * CELL_HEIGHT)) + "\n";
      case BLOCKS -> blocks(picture.within(COLUMNS, 2 * LINES), false);
      case BLOCKS256 -> blocks(picture.within(COLUMNS, 2 * LINES), true);
    };
  }

  private record Cells(int columns, int lines) {}

  private static Cells cells(Thumbnail picture) {
    double scale =
        Math.min(
            1,
            Math.min(
                (double) COLUMNS * CELL_WIDTH / picture.width(),
                (double) LINES * CELL_HEIGHT / picture.height()));
    return new Cells(
        Math.clamp(Math.round(picture.width() * scale / CELL_WIDTH), 1, COLUMNS),
        Math.clamp(Math.round(picture.height() * scale / CELL_HEIGHT), 1, LINES));
  }

  /// The protocol's transmit-and-display, in chunks; the terminal is asked not to answer, as its
  /// answer would be typed into the conversation.
  private static String kitty(Thumbnail picture) {
    String data = Base64.getEncoder().encodeToString(Png.of(picture));
    Cells cells = cells(picture);
    StringBuilder out = new StringBuilder();
    for (int at = 0; at < data.length(); at += KITTY_CHUNK) {
      int end = Math.min(data.length(), at + KITTY_CHUNK);
      out.append(ESC).append("_G");
      if (at == 0) {
        out.append("a=T,f=100,q=2,c=%d,r=%d,".formatted(cells.columns(), cells.lines()));
      }
      out.append("m=").append(end < data.length() ? 1 : 0).append(';');
      out.append(data, at, end).append(ESC).append('\\');
    }
    return out.append('\n').toString();
  }

  private static String iterm(Thumbnail picture) {
    byte[] png = Png.of(picture);
    Cells cells = cells(picture);
    return ESC
        + "]1337;File=inline=1;size=%d;width=%d;height=%d;preserveAspectRatio=1:"
            .formatted(png.length, cells.columns(), cells.lines())
        + new String(Base64.getEncoder().encode(png), StandardCharsets.US_ASCII)
        + "\u0007\n";
  }

  private static String blocks(Thumbnail picture, boolean few) {
    List<String> lines = new ArrayList<>();
    for (int y = 0; y < picture.height(); y += 2) {
      StringBuilder line = new StringBuilder();
      for (int x = 0; x < picture.width(); x++) {
        line.append(ESC).append("[38;").append(colour(picture.rgb(x, y), few));
        if (y + 1 < picture.height()) {
          line.append(";48;").append(colour(picture.rgb(x, y + 1), few));
        }
        line.append("m▀");
      }
      lines.add(line.append(RESET).append('\n').toString());
    }
    return String.join("", lines);
  }

  private static String colour(int rgb, boolean few) {
    int red = rgb >> 16 & 0xff;
    int green = rgb >> 8 & 0xff;
    int blue = rgb & 0xff;
    return few
        ? "5;" + (16 + 36 * sixth(red) + 6 * sixth(green) + sixth(blue))
        : "2;" + red + ";" + green + ";" + blue;
  }

  /// The nearest of the cube's levels 0, 95, 135, 175, 215, 255.
  private static int sixth(int value) {
    return value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40;
  }
}
