package sotto.cli.print;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TerminalTextTest {
  private static final int ROUNDS = 20_000;

  /// What attackers use, drawn more often than chance would.
  private static final int[] HOSTILE = {
    0x1b, 0x9b, 0x9d, 0x90, 0x07, 0x08, 0x0d, 0x7f, 0x00, 0x202a, 0x202e, 0x2066, 0x2069, 0x2028,
    0x2029, 0xfeff, 0xd800, 0xdfff, 0xe0041, 0x1f3f4, 0x200b, 0x200d, 0xfffe, 0x2060, 0xfff9
  };

  @Test
  void escapeSequence_becomesVisible() {
    assertThat(TerminalText.body("a\u001b[31mred\u009b0m")).isEqualTo("a\\u{1b}[31mred\\u{9b}0m");
  }

  @Test
  void bidiOverride_becomesVisible() {
    assertThat(TerminalText.body("invoice\u202efdp.exe")).isEqualTo("invoice\\u{202e}fdp.exe");
    assertThat(TerminalText.name("\u2066x\u2069")).isEqualTo("\\u{2066}x\\u{2069}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hello\n\tworld",
        "שלום עולם",
        "مرحبا\u200f!",
        "می\u200cخواهم",
        "👨\u200d👩\u200d👧\u200d👦 ❤\ufe0f 🏳\ufe0f\u200d🌈",
        "🏴\udb40\udc67\udb40\udc62\udb40\udc65\udb40\udc6e\udb40\udc67\udb40\udc7f",
        "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 한국어 ไทย",
        "zero\u200bwidth"
      })
  void ordinaryWriting_staysAsItIs(String text) {
    assertThat(TerminalText.body(text)).isEqualTo(text);
  }

  @Test
  void carriageReturn_cannotOverwriteALine_butWindowsLineEndsAreLineEnds() {
    assertThat(TerminalText.body("one\r\ntwo\rthree")).isEqualTo("one\ntwo\\u{d}three");
  }

  @Test
  void tagLettersWithoutAFlag_becomeVisible() {
    assertThat(TerminalText.body("x\udb40\udc67")).isEqualTo("x\\u{e0067}");
  }

  @Test
  void loneSurrogate_becomesVisible() {
    assertThat(TerminalText.body("a\ud83db")).isEqualTo("a\\u{d83d}b");
  }

  @Test
  void name_hasNoLineBreakAndNothingInvisible() {
    assertThat(TerminalText.name("a\nb\tc\u200bd\u200de\u3164"))
        .isEqualTo("a\\u{a}b\\u{9}c\\u{200b}d\\u{200d}e\\u{3164}");
  }

  @Test
  void anyBody_holdsNoControlAfterwards() {
    forRandomTexts((text, seed) ->
        assertThat(TerminalText.body(text).codePoints())
            .as("seed %d", seed)
            .noneMatch(c ->
                (Character.isISOControl(c) && c != '\n' && c != '\t')
                    || (c >= 0x202a && c <= 0x202e)
                    || (c >= 0x2066 && c <= 0x2069)
                    || c == 0x2028
                    || c == 0x2029
                    || Character.getType(c) == Character.SURROGATE));
  }

  @Test
  void anyName_holdsNoControlAndNoFormatCharacterAfterwards() {
    forRandomTexts((text, seed) ->
        assertThat(TerminalText.name(text).codePoints())
            .as("seed %d", seed)
            .noneMatch(c ->
                Character.isISOControl(c)
                    || Character.getType(c) == Character.FORMAT
                    || Character.getType(c) == Character.SURROGATE
                    || Character.getType(c) == Character.LINE_SEPARATOR));
  }

  @Test
  void whatIsSafeAlready_isNotChangedAgain() {
    forRandomTexts((text, seed) -> {
      String once = TerminalText.body(text);
      assertThat(TerminalText.body(once)).as("seed %d", seed).isEqualTo(once);
    });
  }

  private interface Claim {
    void about(String text, long seed);
  }

  private static void forRandomTexts(Claim claim) {
    for (long seed = 0; seed < ROUNDS; seed++) {
      claim.about(text(new Random(seed)), seed);
    }
  }

  static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(12); i >= 0; i--) {
      switch (random.nextInt(4)) {
        case 0 -> text.appendCodePoint(HOSTILE[random.nextInt(HOSTILE.length)]);
        case 1 -> text.append((char) random.nextInt(0x10000));
        case 2 -> text.appendCodePoint(random.nextInt(Character.MAX_CODE_POINT + 1));
        default -> text.append((char) random.nextInt(0x100));
      }
    }
    return text.toString();
  }
}
