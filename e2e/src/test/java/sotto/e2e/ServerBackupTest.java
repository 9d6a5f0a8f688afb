package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// What a server keeps is copied and put back later, as the operators' page says: a folder while it
/// is stopped; a database and a bucket while it runs.
@ExtendWith(Stage.Given.class)
class ServerBackupTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

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

  @Test
  void databaseAndThenTheBucket_areCopiedWhileItRuns_andRestored_withNothingTwice(Stage stage)
      throws Exception {
    var place = Path.of("/tmp/sotto-e2e-backup-" + ProcessHandle.current().pid());
    try (var database = new Stack(stage.checkout(), place.resolve("m"), dir.resolve("m.log"));
        var bucket = new Stack(stage.checkout(), place.resolve("s"), dir.resolve("s.log"))) {
      var url = database.up("mysql");
      var s3 = bucket.up("s3");
      var keys = place.resolve("s").resolve("keys");
      var objects = BucketBackup.client(s3, keys);
      try (var migrate =
          new Running("migrate", stage.checkout().sotto("migrate", "--store", url))) {
        assertThat(migrate.awaitEnd(LIMIT)).as(migrate.err()).isZero();
      }
      try (var server =
          ServerProcess.start(
              stage.checkout(),
              dir.resolve("server"),
              process -> {
                process.command().addAll(List.of("--store", url));
                return KilledS3Test.on(process, s3, keys, false);
              })) {
        var alice = stage.cliAt(server, "backup.ada");
        var bob = stage.cliAt(server, "backup.ben");
        alice.ok("send", bob.name(), "before");
        assertThat(texts(bob)).containsExactly("before");
        var file = Files.write(dir.resolve("plan.bin"), bytes());
        alice.ok("send", bob.name(), "waits in the copy", "--file", file.toString());

        var rows = DatabaseBackup.take(url);
        var blobs = BucketBackup.take(objects);
        alice.ok("send", bob.name(), "lost with the disk");
        assertThat(server.terminate()).isZero();
        BucketBackup.empty(objects);
        blobs.restore(objects);
        rows.restore(url);
        server.restart();

        var in = Files.createDirectory(dir.resolve("in"));
        assertThat(texts(bob, "--save-files", in.toString())).containsExactly("waits in the copy");
        assertThat(in.resolve("plan.bin")).hasSameBinaryContentAs(file);
        alice.ok("send", bob.name(), "after");
        assertThat(texts(bob)).containsExactly("after");
      }
    } finally {
      Stage.remove(place);
    }
  }

  private static byte[] bytes() {
    var bytes = new byte[300_000];
    new Random(1).nextBytes(bytes);
    return bytes;
  }

  private static List<String> texts(Cli reader, String... options) {
    var words = Stream.concat(Stream.of("receive"), Stream.of(options)).toArray(String[]::new);
    return reader.ok(words).all("message").stream()
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
