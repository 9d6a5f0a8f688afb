package sotto.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsageTest {
  @TempDir Path folder;

  private TestHost host;

  @BeforeEach
  void host() {
    host = new TestHost(folder).with("SOTTO_PASSPHRASE", "secret");
  }

  static List<String> commands() {
    return List.copyOf(CommandLines.names());
  }

  @Test
  void help_namesEveryCommandAndExitCode() {
    TestHost.Ran ran = host.run("--help");
    assertThat(ran.exit()).isZero();
    assertThat(ran.err()).isEmpty();
    assertThat(commands()).allSatisfy(name -> assertThat(ran.out()).contains("  " + name + " "));
    assertThat(Exit.values())
        .allSatisfy(exit -> assertThat(ran.out()).contains(exit.code() + "   " + exit.meaning()));
  }

  @Test
  void bare_showsTheHelp_andIsAUsageError() {
    TestHost.Ran ran = host.run();
    assertThat(ran.exit()).isEqualTo(2);
    assertThat(ran.out()).isEqualTo(host.run("--help").out());
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommand_hasAHelpOfItsOwn_twoWays(String command) {
    TestHost.Ran ran = host.run(command, "--help");
    assertThat(ran.exit()).isZero();
    assertThat(ran.out()).startsWith("Usage: sotto " + command).contains("--json");
    assertThat(host.run("help", command).out()).isEqualTo(ran.out());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "frobnicate",
        "send",
        "send al hi",
        "send Alice hi",
        "send alice hi --wait never",
        "send alice hi --timeout 10",
        "send alice hi there",
        "send alice hi --frob",
        "send alice",
        "receive --max 0",
        "receive --max x",
        "receive --timeout soon",
        "messages",
        "messages bob --limit 0",
        "messages bob --limit 10001",
        "register alice",
        "register --server nowhere alice",
        "register --server host:0 alice",
        "register --server host:1 --ca missing.pem alice",
        "check",
        "link",
        "link --server nowhere",
        "link --server host:1 alice",
        "devices add",
        "devices name",
        "register --server host:1 --name aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa alice",
        "link --server host:1 --name aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "devices remove",
        "devices remove two",
        "devices remove 0",
        "devices frob",
        "account",
        "profile bob --name Robert",
        "profile --picture a.png --no-picture",
        "account frob",
        "account delete",
        "check --server nowhere",
        "check --server host:1 --ca missing.pem",
        "check --server host:1 --timeout 10",
        "check --server host:1 alice",
        "chat",
        "verify",
        "read",
        "accept",
        "block",
        "block --off",
        "delete bob",
        "rekey secret",
        "check-store here",
        "retention --keep",
        "export",
        "export there --format pdf",
        "retention --keep 12h",
        "retention --keep 0d",
        "retention --keep always",
        "search",
        "search ?!",
        "search \"lake",
        "search lake --limit 0",
        "search lake --has picture",
        "search lake --before yesterday",
        "search lake --after 2026-13-01",
        "search lake --after 2026-11-02 --before 2026-11-01",
        "search lake --from Bob",
        "archive --older-than 90",
        "archive --older-than 90d --restore",
        "archive bob",
        "downloads --up-to 10",
        "downloads --up-to 0MB",
        "downloads --up-to 1001GB",
        "downloads --into here",
        "downloads --a-day 1GB",
        "downloads --off --up-to 1MB",
        "downloads --up-to 2MB --a-day 1MB",
        "serve",
        "help nothing"
      })
  void wrongCommandLine_isOneSentenceAndExitTwo(String line) {
    TestHost.Ran ran = host.run(line.split(" ", -1));
    assertThat(ran.exit()).as(ran.err()).isEqualTo(2);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err()).startsWith("sotto: ").hasLineCount(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--json send",
        "send --json",
        "frobnicate --json",
        "account delete --json",
        "serve --json"
      })
  void wrongCommandLineWithJson_isOneObjectOnStandardError(String line) {
    TestHost.Ran ran = host.run(line.split(" ", -1));
    assertThat(ran.exit()).isEqualTo(2);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err()).hasLineCount(1);
    JsonObject error = JsonParser.parseString(ran.err()).getAsJsonObject();
    assertThat(error.keySet()).containsExactly("type", "code", "message", "retryable");
    assertThat(error.get("type").getAsString()).isEqualTo("error");
    assertThat(error.get("code").getAsString()).isEqualTo("usage");
    assertThat(error.get("retryable").getAsBoolean()).isFalse();
  }

  @Test
  void argumentInAnError_cannotDriveTheTerminal() {
    assertThat(host.run("send", "\u001b[31mx\n", "hi").err())
        .doesNotContain("\u001b")
        .hasLineCount(1);
  }

  @Test
  void textThatBeginsWithAnAt_isNotTheNameOfAFile() throws IOException {
    Path file = Files.writeString(folder.resolve("arguments"), "--frobnicate");
    assertThat(host.run("send", "@" + file, "hi").err()).contains("A username has");
  }

  @Test
  void version_isOneLine() {
    assertThat(host.run("--version").out()).startsWith("sotto ").hasLineCount(1);
  }

  @Test
  void completion_knowsTheCommands() {
    assertThat(host.run("generate-completion").out()).contains("receive").contains("--save-files");
  }

  @Test
  void firstWord_isFoundBehindGlobalOptions() {
    assertThat(CommandLines.command("--home", "send", "--json", "receive")).contains("receive");
    assertThat(CommandLines.command("--home=x", "receive")).contains("receive");
    assertThat(CommandLines.command("--json")).isEmpty();
  }

  @Test
  void jsonBehindTheDoubleDash_isAText() {
    assertThat(CommandLines.wantsJson("send", "bob", "--", "--json")).isFalse();
    assertThat(CommandLines.wantsJson("send", "--json", "bob")).isTrue();
  }
}
