package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// A server's folder is copied while it is stopped, and put back later, as the operators' page
/// says.
@ExtendWith(Stage.Given.class)
class ServerBackupTest {
  @TempDir Path dir;

  @Test
  void olderCopyOfTheFolder_isRestored_andBothGoOn_withNothingTwice(Stage stage)
      throws IOException {
    var data = dir.resolve("server");
    var copy = dir.resolve("copy");
    try (var server = ServerProcess.start(stage.checkout(), data)) {
      var alice = stage.cliAt(server, "backup.alice");
      var bob = stage.cliAt(server, "backup.bob");
      alice.ok("send", bob.name(), "before");
      assertThat(texts(bob)).containsExactly("before");
      alice.ok("send", bob.name(), "waits in the copy");
      assertThat(server.terminate()).isZero();
      copy(data, copy);

      server.restart();
      assertThat(texts(bob)).containsExactly("waits in the copy");
      alice.ok("send", bob.name(), "lost with the disk");
      assertThat(server.terminate()).isZero();
      Stage.remove(data);
      copy(copy, data);
      server.restart();

      assertThat(texts(bob))
          .as("what was delivered since the copy comes to nobody twice")
          .isEmpty();
      alice.ok("send", bob.name(), "after");
      assertThat(texts(bob)).containsExactly("after");
      bob.ok("send", alice.name(), "and back");
      assertThat(texts(alice)).containsExactly("and back");
    }
  }

  private static List<String> texts(Cli reader) {
    return reader.ok("receive").all("message").stream()
        .map(message -> message.get("text").getAsString())
        .toList();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var all = Files.walk(from)) {
      for (var path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }
}
