package sotto.client.internal.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// File names that other people chose.
final class FileNamesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "picture.png|picture.png",
        "../../etc/passwd|_.._etc_passwd",
        "/etc/passwd|_etc_passwd",
        "C:\\windows\\x|C__windows_x",
        "..|file",
        ".|file",
        "...hidden|hidden",
        "con|_con",
        "NUL.txt|_NUL.txt",
        "trailing. . .|trailing",
        "naïve 👍.jpg|naïve 👍.jpg",
      })
  void name_becomesOneHarmlessEntry(String given, String expected) {
    assertThat(FileNames.sanitise(given)).isEqualTo(expected);
  }

  @Test
  void emptyName_getsOne() {
    assertThat(FileNames.sanitise("")).isEqualTo("file");
    assertThat(FileNames.sanitise("   ")).isEqualTo("file");
  }

  @Test
  void controlAndDirectionCharacters_areReplaced() {
    assertThat(FileNames.sanitise("a\u0000b\u001b[31mc\u202egnp.exe"))
        .isEqualTo("a_b_[31mc_gnp.exe");
  }

  @Test
  void longName_keepsItsEndingAndFits() {
    String name = FileNames.sanitise("ö".repeat(200) + ".jpeg");
    assertThat(name).endsWith("ö.jpeg");
    assertThat(name.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(255);
  }

  @Test
  void numbers_standBeforeTheEnding() {
    assertThat(FileNames.numbered("a.tar.gz", 1)).isEqualTo("a.tar.gz");
    assertThat(FileNames.numbered("a.png", 2)).isEqualTo("a (2).png");
    assertThat(FileNames.numbered("plain", 3)).isEqualTo("plain (3)");
  }

  @Test
  void anyName_staysInItsFolder() {
    long seed = 20261125;
    Random random = new Random(seed);
    List<String> pieces =
        List.of("..", "/", "\\", ".", "a", "\u0000", " ", "con", "👍", "\u202e", ":", "~", "-");
    Path folder = Path.of("/folder");
    for (int i = 0; i < 20_000; i++) {
      StringBuilder name = new StringBuilder();
      for (int n = random.nextInt(12); n > 0; n--) {
        name.append(pieces.get(random.nextInt(pieces.size())));
      }
      String harmless = FileNames.sanitise(name.toString());
      Path target = folder.resolve(harmless);
      assertThat(target.normalize().getParent()).as("seed %d: %s", seed, name).isEqualTo(folder);
      assertThat(target.getFileName()).hasToString(harmless);
      assertThat(harmless.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(255);
    }
  }
}
