package sotto.client.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Strangers' files in a folder of one's own.
final class SafeFolderTest {
  @TempDir Path folder;

  private Path write(String name) throws IOException {
    return new SafeFolder(folder.resolve("in")).write(name, "id", out -> out.write(7));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../evil",
        "/etc/passwd",
        "..",
        "a/../../b",
        "C:\\x",
        "a\u202egnp.exe",
        "\u001b[2J",
        "con.txt",
        "-rf",
        ".bashrc",
        "x\n",
        "lpt¹.log",
        "\ud800"
      })
  void fileLiesInTheFolder_whateverItsName(String name) throws IOException {
    Path written = write(name);
    assertThat(written.toRealPath().getParent()).isEqualTo(folder.resolve("in").toRealPath());
    String shown = written.getFileName().toString();
    assertThat(shown).doesNotStartWith("-").doesNotStartWith(".");
    assertThat(shown.codePoints().noneMatch(c -> Character.getType(c) == Character.FORMAT))
        .isTrue();
    assertThat(shown).doesNotContain("\n", "\u001b", "/", "\\");
  }

  @Test
  void longName_fits() throws IOException {
    assertThat(write("ß".repeat(127) + "x")).exists();
    assertThat(write("ß".repeat(127) + "x")).exists();
  }

  @Test
  void nothingThatIsThere_isReplacedOrFollowed() throws IOException {
    Path in = Files.createDirectories(folder.resolve("in"));
    Path victim = Files.writeString(folder.resolve("victim"), "precious");
    Files.createSymbolicLink(in.resolve("a.txt"), victim);
    Files.createSymbolicLink(in.resolve("a (2).txt"), folder.resolve("not there"));
    assertThat(write("a.txt").getFileName()).hasToString("a (3).txt");
    assertThat(victim).hasContent("precious");
    assertThat(folder.resolve("not there")).doesNotExist();
    Files.createSymbolicLink(in.resolve(".sotto-id"), victim);
    assertThatThrownBy(() -> write("b.txt")).isInstanceOf(IOException.class);
    assertThat(victim).hasContent("precious");
  }

  @Test
  void file_isNeverExecutable() throws IOException {
    Path written = write("run.sh");
    assertThat(Files.getPosixFilePermissions(written, LinkOption.NOFOLLOW_LINKS))
        .doesNotContain(
            PosixFilePermission.OWNER_EXECUTE,
            PosixFilePermission.GROUP_EXECUTE,
            PosixFilePermission.OTHERS_EXECUTE);
  }

  @Test
  void failure_leavesNothing() throws IOException {
    SafeFolder in = new SafeFolder(folder.resolve("in"));
    assertThatThrownBy(() ->
            in.write(
                "a",
                "id",
                out -> {
                  out.write(1);
                  throw new IOException("full");
                }))
        .isInstanceOf(IOException.class);
    try (Stream<Path> left = Files.list(folder.resolve("in"))) {
      assertThat(left).isEmpty();
    }
  }
}
