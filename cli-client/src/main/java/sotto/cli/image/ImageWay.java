package sotto.cli.image;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// How a terminal shows pictures.
public enum ImageWay {
  /// Not at all.
  OFF,
  /// Kitty's graphics protocol.
  KITTY,
  /// Inline images of iTerm2.
  ITERM,
  /// DEC's sixels.
  SIXEL,
  /// Half blocks in 24-bit colours.
  BLOCKS,
  /// Half blocks in the 256 colours of xterm.
  BLOCKS256;

  /// What stands for [#detect].
  public static final String AUTO = "auto";

  /// The words for all of them, and for [#AUTO].
  public static List<String> words() {
    return java.util.stream.Stream.concat(
            java.util.stream.Stream.of(AUTO), Arrays.stream(values()).map(ImageWay::word))
        .toList();
  }

  /// The way by its word; empty for [#AUTO] and for what is none.
  public static Optional<ImageWay> of(String word) {
    return Arrays.stream(values()).filter(way -> way.word().equals(word)).findFirst();
  }

  private String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The best way that a terminal says it has. Inside of tmux and screen, which swallow what they
  /// do not know, that is half blocks.
  public static ImageWay detect(Map<String, String> environment) {
    String term = environment.getOrDefault("TERM", "dumb").toLowerCase(Locale.ROOT);
    String program = environment.getOrDefault("TERM_PROGRAM", "");
    if (term.isEmpty() || term.startsWith("dumb") || environment.containsKey("NO_COLOR")) {
      return OFF;
    }
    boolean wrapped =
        environment.containsKey("TMUX") || term.startsWith("tmux") || term.startsWith("screen");
    if (!wrapped) {
      if (environment.containsKey("KITTY_WINDOW_ID")
          || term.contains("kitty")
          || term.contains("ghostty")
          || program.equals("ghostty")) {
        return KITTY;
      }
      if (program.equals("iTerm.app") || program.equals("WezTerm")) {
        return ITERM;
      }
      if (term.startsWith("foot") || term.startsWith("mlterm") || term.contains("sixel")) {
        return SIXEL;
      }
    }
    String colours = environment.getOrDefault("COLORTERM", "");
    if (colours.equals("truecolor") || colours.equals("24bit") || term.contains("direct")) {
      return BLOCKS;
    }
    return term.contains("256color") ? BLOCKS256 : OFF;
  }
}
