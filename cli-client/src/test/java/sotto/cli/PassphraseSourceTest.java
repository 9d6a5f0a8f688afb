package sotto.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The passphrase is asked for before anything else happens, so `register` to a port that nobody
/// has tells where it came from.
class PassphraseSourceTest {
  @TempDir Path folder;

  private TestHost host;

  @BeforeEach
  void host() {
    host = new TestHost(folder);
  }

  @Test
  void nowhere_saysWhereItCanComeFrom() {
    TestHost.Ran ran = register();
    assertThat(ran.exit()).isEqualTo(4);
    assertThat(ran.err()).contains("SOTTO_PASSPHRASE").contains("--passphrase-file");
  }

  @Test
  void emptyVariable_isRefused_notAskedAround() {
    assertThat(host.with("SOTTO_PASSPHRASE", "").typing("x", "x").run(line()).exit()).isEqualTo(4);
  }

  @Test
  void twoThatDiffer_areRefused() {
    TestHost.Ran ran = host.typing("one", "two").run(line());
    assertThat(ran.exit()).isEqualTo(4);
    assertThat(ran.err()).contains("differ");
  }

  @Test
  void fileThatIsMissingEmptyOrNotUtf8_isRefused() throws IOException {
    Path file = folder.resolve("passphrase");
    assertThat(register("--passphrase-file", file.toString()).exit()).isEqualTo(4);
    Files.writeString(file, "\nsecond line");
    assertThat(register("--passphrase-file", file.toString()).exit()).isEqualTo(4);
    Files.write(file, new byte[] {(byte) 0xff});
    assertThat(register("--passphrase-file", file.toString()).exit()).isEqualTo(4);
  }

  @Test
  void refusal_makesNoHome() {
    register();
    assertThat(folder).isEmptyDirectory();
  }

  private TestHost.Ran register(String... more) {
    String[] line = new String[line().length + more.length];
    System.arraycopy(line(), 0, line, 0, line().length);
    System.arraycopy(more, 0, line, line().length, more.length);
    return host.run(line);
  }

  private static String[] line() {
    return new String[] {"register", "--server", "127.0.0.1:1", "alice"};
  }
}
