package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Files that come by themselves, with the real client and the real server.
@ExtendWith(Stage.Given.class)
final class DownloadsTest {
  private final Stage stage;

  DownloadsTest(Stage stage) {
    this.stage = stage;
  }

  private Path file(Path folder, String name, int size) throws IOException {
    var bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return Files.write(folder.resolve(name), bytes);
  }

  @Test
  void filesUpToTheSize_comeWithTheNextCommand_andEachIsToldOnce() throws IOException {
    var alice = stage.registered("alice");
    var bob = stage.registered("bob");
    var folder = Files.createDirectories(stage.folder("downloads"));
    var small = file(folder, "small.bin", 3_000_000);
    var large = file(folder, "large.bin", 3_000_001);
    var in = folder.resolve("in");
    assertThat(bob.ok("downloads").only("downloads").get("up_to").isJsonNull()).isTrue();
    bob.ok("downloads", "--up-to", "3MB", "--into", in.toString());
    bob.ok("send", alice.name(), "I know you");

    alice.ok("send", bob.name(), "two", "--file", small.toString(), "--file", large.toString());
    var received = bob.ok("receive");
    assertThat(received.only("message").get("files").getAsJsonArray()).hasSize(2);
    var saved = received.only("file_saved");
    assertThat(saved.get("path").getAsString()).isEqualTo(in.resolve("small.bin").toString());
    assertThat(received.out().indexOf(received.only("message")))
        .isLessThan(received.out().indexOf(saved));
    assertThat(received.all("progress")).isNotEmpty();
    assertThat(in.resolve("small.bin")).hasSameBinaryContentAs(small);
    assertThat(in.resolve("large.bin")).doesNotExist();
    assertThat(bob.ok("receive").all("file_saved")).isEmpty();

    var now = bob.ok("downloads", "--off").only("downloads");
    assertThat(now.get("folder").isJsonNull()).isTrue();
    assertThat(now.get("waiting").getAsInt()).isZero();
  }
}
