package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import sotto.e2e.Cli.Result;

/// A1 is lost; A2 is made of A1's backup, by the real commands at the real server.
@ExtendWith(Stage.Given.class)
final class RestoreTest {
  private final Stage stage;

  RestoreTest(Stage stage) {
    this.stage = stage;
  }

  private Path file(String name, String line) throws IOException {
    return Files.writeString(Files.createDirectories(stage.folder("words")).resolve(name), line);
  }

  private Path codeOf(Cli cli) throws IOException {
    return file(
        "code",
        cli.ok("whoami", "--recovery-code").only("whoami").get("recovery_code").getAsString());
  }

  private Result restore(Cli fresh, String... more) {
    var server = stage.server();
    var all =
        new java.util.ArrayList<>(
            List.of("restore", "--server", server.address(), "--ca", server.ca().toString()));
    all.addAll(List.of(more));
    return fresh.run(all.toArray(String[]::new));
  }

  private Cli home(String name) {
    return new Cli(stage.checkout(), name, stage.folder(name), "the passphrase of " + name);
  }

  private static List<String> texts(Cli cli, String with) {
    return cli.ok("messages", with).all("message").stream()
        .map(m -> m.get("text").getAsString())
        .toList();
  }

  @Test
  void lostDevice_isReplaced_withItsHistory_andIsNotWrittenToAnyMore() throws IOException {
    var a1 = stage.registered("a");
    var b1 = stage.registered("b");
    var code = codeOf(a1);
    a1.ok("send", b1.name(), "one", "--wait", "sent");
    b1.ok("receive");
    b1.ok("send", a1.name(), "two", "--wait", "sent");
    a1.ok("receive");
    assertThat(a1.ok("backup").only("backup").get("messages").getAsInt()).isEqualTo(2);
    a1.ok("send", b1.name(), "after the backup", "--wait", "sent");
    b1.ok("receive");
    Stage.remove(a1.home());

    var a2 = home("a2");
    var restored =
        restore(a2, "--recovery-code-file", code.toString(), "--remove-others", a1.name())
            .exits(0)
            .only("restored_account");
    assertThat(restored.get("device").getAsInt()).isEqualTo(2);
    assertThat(restored.get("messages").getAsInt()).isEqualTo(2);
    assertThat(texts(a2, b1.name())).containsExactly("one", "two");
    assertThat(a2.ok("devices").all("device"))
        .singleElement()
        .satisfies(d -> assertThat(d.get("device").getAsInt()).isEqualTo(2));

    b1.ok("send", a1.name(), "are you back?", "--wait", "sent");
    assertThat(a2.ok("receive").only("message").get("text").getAsString())
        .isEqualTo("are you back?");
    a2.ok("send", b1.name(), "I am", "--wait", "sent");
    assertThat(b1.ok("receive").only("message").get("text").getAsString()).isEqualTo("I am");
    // It keeps the backup from now on.
    assertThat(a2.ok("backup").only("backup").get("messages").getAsInt()).isEqualTo(4);
    stage.noTraceLogged();
  }

  @Test
  void backupInAFile_isOpenedByItsWordAlone_andSaysWhatIsWrongWithIt() throws IOException {
    var a1 = stage.registered("a");
    var b1 = stage.registered("b");
    a1.ok("send", b1.name(), "one", "--wait", "sent");
    var word = file("word", "open sesame\n");
    var backup = stage.folder("stick").resolve("a.sotto");
    a1.run("backup", "--to", backup.toString()).exits(1);
    Files.createDirectories(backup.getParent());
    a1.ok("backup", "--to", backup.toString(), "--backup-passphrase-file", word.toString());

    var a2 = home("a2");
    var wrong = file("wrong", "open barley\n");
    restore(a2, "--from", backup.toString(), "--backup-passphrase-file", wrong.toString()).exits(4);
    var half = backup.resolveSibling("half");
    var bytes = Files.readAllBytes(backup);
    Files.write(half, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    assertThat(
            restore(a2, "--from", half.toString(), "--backup-passphrase-file", word.toString())
                .exits(1)
                .err())
        .contains("backup_truncated");
    var restored =
        restore(a2, "--from", backup.toString(), "--backup-passphrase-file", word.toString())
            .exits(0)
            .only("restored_account");
    assertThat(restored.get("recovery_code").getAsString()).hasSize(79);
    assertThat(restored.get("other_devices").getAsInt()).isOne();
    assertThat(texts(a2, b1.name())).containsExactly("one");
    stage.noTraceLogged();
  }
}
