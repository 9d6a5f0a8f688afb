package sotto.cli.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/// Which terminals show pictures how.
class ImageWayTest {
  @Test
  void terminalsThatSayWhatTheyCan_areTakenAtTheirWord() {
    assertThat(ImageWay.detect(Map.of("TERM", "xterm-kitty"))).isEqualTo(ImageWay.KITTY);
    assertThat(ImageWay.detect(Map.of("TERM", "xterm-256color", "KITTY_WINDOW_ID", "1")))
        .isEqualTo(ImageWay.KITTY);
    assertThat(ImageWay.detect(Map.of("TERM", "xterm-256color", "TERM_PROGRAM", "iTerm.app")))
        .isEqualTo(ImageWay.ITERM);
    assertThat(ImageWay.detect(Map.of("TERM", "foot"))).isEqualTo(ImageWay.SIXEL);
    assertThat(ImageWay.detect(Map.of("TERM", "xterm", "COLORTERM", "truecolor")))
        .isEqualTo(ImageWay.BLOCKS);
    assertThat(ImageWay.detect(Map.of("TERM", "xterm-256color"))).isEqualTo(ImageWay.BLOCKS256);
  }

  @Test
  void tmux_getsHalfBlocks_whateverItRunsIn() {
    assertThat(
            ImageWay.detect(Map.of("TERM", "tmux-256color", "TMUX", "/x", "KITTY_WINDOW_ID", "1")))
        .isEqualTo(ImageWay.BLOCKS256);
  }

  @Test
  void dumbAndColourlessTerminals_getNothing() {
    assertThat(ImageWay.detect(Map.of())).isEqualTo(ImageWay.OFF);
    assertThat(ImageWay.detect(Map.of("TERM", "dumb", "COLORTERM", "truecolor")))
        .isEqualTo(ImageWay.OFF);
    assertThat(ImageWay.detect(Map.of("TERM", "xterm-kitty", "NO_COLOR", "1")))
        .isEqualTo(ImageWay.OFF);
    assertThat(ImageWay.detect(Map.of("TERM", "vt100"))).isEqualTo(ImageWay.OFF);
  }

  @Test
  void words_nameEveryWay() {
    assertThat(ImageWay.words())
        .containsExactly("auto", "off", "kitty", "iterm", "sixel", "blocks", "blocks256");
    assertThat(ImageWay.of("sixel")).contains(ImageWay.SIXEL);
    assertThat(ImageWay.of("auto")).isEmpty();
  }
}
