package sotto.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sotto.client.Options;
import sotto.client.Passphrase;
import sotto.client.Sotto;

/// Commands on real encrypted homes, without a server.
class HomeTest {
  @TempDir Path folder;

  private TestHost host;
  private Path home;

  @BeforeEach
  void host() {
    home = folder.resolve("home");
    host = new TestHost(folder).with("SOTTO_PASSPHRASE", "secret").with("SOTTO_HOME", home + "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "whoami",
        "devices",
        "send bob hi",
        "receive",
        "messages bob",
        "conversations",
        "read bob",
        "chat bob",
        "downloads",
        "search hi",
        "accept bob",
        "block bob",
        "delete --yes bob",
        "retention",
        "export there",
        "retention --keep 9d",
        "check-store",
        "rekey --new-passphrase-file next",
        "verify bob"
      })
  void withoutAHome_isNotRegistered_andMakesNone(String line) {
    TestHost.Ran ran = host.run(line.split(" ", -1));
    assertThat(ran.exit()).isEqualTo(3);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err()).contains("sotto register").hasLineCount(1);
    assertThat(home).doesNotExist();
  }

  @Test
  void homeWithoutAnAccount_isNotRegistered() {
    make();
    assertThat(host.run("whoami").exit()).isEqualTo(3);
  }

  @Test
  void wrongPassphrase_isExitFour_andTouchesNothing() throws IOException {
    make();
    List<byte[]> before = contents();
    TestHost.Ran ran = host.with("SOTTO_PASSPHRASE", "Secret").run("whoami");
    assertThat(ran.exit()).isEqualTo(4);
    assertThat(ran.err()).contains("passphrase").hasLineCount(1);
    assertThat(contents()).usingRecursiveComparison().isEqualTo(before);
  }

  @Test
  void rekey_letsTheNewPassphraseInAndTheOldOneNoMore() throws IOException {
    make();
    Path file = Files.writeString(folder.resolve("next"), "next\n");
    TestHost.Ran ran = host.run("rekey", "--new-passphrase-file", file.toString());
    assertThat(ran.exit()).as(ran.err()).isZero();
    assertThat(host.run("whoami").exit()).isEqualTo(4);
    assertThat(host.with("SOTTO_PASSPHRASE", "next").run("whoami").exit()).isEqualTo(3);
    assertThat(host.typing("third", "fourth").run("rekey").exit()).isEqualTo(4);
    assertThat(host.typing("third", "third").run("rekey").exit()).isZero();
    assertThat(host.with("SOTTO_PASSPHRASE", "third").run("whoami").exit()).isEqualTo(3);
  }

  @Test
  void homeInUse_isExitEight_andNamesTheProcess() {
    try (Sotto owner = open()) {
      assertThat(owner.account()).isEmpty();
      TestHost.Ran ran = host.run("whoami");
      assertThat(ran.exit()).isEqualTo(8);
      assertThat(ran.err()).contains(Long.toString(ProcessHandle.current().pid()));
    }
  }

  @Test
  void serverThatIsNotThere_isExitFive() throws IOException {
    TestHost.Ran ran = host.run("register", "--server", "127.0.0.1:" + freePort(), "alice");
    assertThat(ran.exit()).as(ran.err()).isEqualTo(5);
    assertThat(ran.err()).hasLineCount(1);
  }

  @Test
  void errorWithJson_saysWhetherToTryAgain() throws IOException {
    TestHost.Ran ran =
        host.run("register", "--json", "--server", "127.0.0.1:" + freePort(), "alice");
    JsonObject error = JsonParser.parseString(ran.err()).getAsJsonObject();
    assertThat(error.get("type").getAsString()).isEqualTo("error");
    assertThat(error.get("code").getAsString()).isEqualTo("server_unreachable");
    assertThat(error.get("retryable").getAsBoolean()).isTrue();
  }

  @Test
  void homeOption_isStrongerThanTheVariable() {
    make();
    assertThat(host.run("whoami", "--home", folder.resolve("other").toString()).err())
        .contains("other");
  }

  @Test
  void passphraseFile_isStrongerThanTheVariable_itsFirstLineCounts() throws IOException {
    make();
    Path file = Files.writeString(folder.resolve("passphrase"), "secret\r\nmore\n");
    TestHost.Ran ran =
        host.with("SOTTO_PASSPHRASE", "wrong").run("whoami", "--passphrase-file", file.toString());
    assertThat(ran.exit()).as(ran.err()).isEqualTo(3);
  }

  @Test
  void question_isAskedWhenNothingIsGiven() {
    make();
    TestHost asked = new TestHost(folder).with("SOTTO_HOME", home + "").typing("secret");
    assertThat(asked.run("whoami").exit()).isEqualTo(3);
  }

  @Test
  void debug_showsWhereItCameFrom_otherwiseNothingDoes() {
    assertThat(host.run("whoami").err()).doesNotContain("\tat ");
    assertThat(host.with("SOTTO_DEBUG", "1").run("whoami").err()).contains("SottoException");
  }

  private void make() {
    open().close();
  }

  private Sotto open() {
    try (Passphrase passphrase = Passphrase.of("secret")) {
      return Sotto.open(home, passphrase, Options.defaults().withoutConnection());
    }
  }

  private List<byte[]> contents() throws IOException {
    List<byte[]> all = new ArrayList<>();
    try (var files = Files.walk(home)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        all.add(Files.readAllBytes(file));
      }
    }
    return all;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
