package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sotto.client.Event;
import sotto.client.Event.FileProgress.Direction;
import sotto.client.EventStream;
import sotto.client.FileView;
import sotto.client.Options;
import sotto.client.SaveResult;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.Status;

/// The store of objects under the server is killed in the middle of a file, in both directions: it
/// arrives as it was.
@ExtendWith(Stage.Given.class)
@Timeout(value = 300, unit = TimeUnit.SECONDS)
final class KilledS3Test {
  private static final int SIZE = 150_000_000;
  private static final long SOME = 30_000_000;
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int TRIES = 10;

  @TempDir Path folder;
  private final Stage stage;

  KilledS3Test(Stage stage) {
    this.stage = stage;
  }

  /// A server with its contents in a bucket.
  static ProcessBuilder on(ProcessBuilder server, String s3, Path keys, boolean direct) {
    var environment = Stage.manyFromOneAddress(server).environment();
    environment.put("SOTTO_BLOB_S3_ENDPOINT", s3);
    environment.put("SOTTO_BLOB_S3_KEYS_FILE", keys.toString());
    environment.put("SOTTO_BLOB_S3_DIRECT", Boolean.toString(direct));
    return server;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void killedInTheMiddleOfAFile_bothWays_itArrivesAsItWas(boolean direct) throws Exception {
    var place = Path.of("/tmp/sotto-e2e-s3-" + ProcessHandle.current().pid() + "-" + direct);
    try (var stack = new Stack(stage.checkout(), place, folder.resolve("stack.log"))) {
      var s3 = stack.up("s3");
      try (var server =
              ServerProcess.start(
                  stage.checkout(),
                  folder.resolve("server"),
                  process -> on(process, s3, place.resolve("keys"), direct));
          var alice = talk("alice", server);
          var bob = talk("bob", server)) {
        var file = file();
        try (var live = alice.sotto().liveEvents()) {
          var sent = alice.with(bob.name).send("", List.of(file));
          await(live, Direction.UPLOAD);
          stack.run("kill", "minio");
          assertThat(sent.status()).isEqualTo(Status.QUEUED);
          stack.run("start", "minio");
          assertThat(sent.await(Status.DELIVERED, LIMIT)).isEqualTo(Status.DELIVERED);
        }
        var view = bob.awaitMessage().files().getFirst();
        var in = folder.resolve("in");
        var saving = new FutureTask<>(() -> save(bob, view, in));
        try (var live = bob.sotto().liveEvents()) {
          Thread.ofPlatform().daemon().start(saving);
          await(live, Direction.DOWNLOAD);
          stack.run("kill", "minio");
          assertThat(in).doesNotExist();
          stack.run("start", "minio");
        }
        var saved = (SaveResult.Saved) saving.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        assertThat(Files.mismatch(saved.path(), file)).isEqualTo(-1);
        // That its store is away is a line, and no fault of the server's.
        assertThat(server.log())
            .contains("the blob store does not answer")
            .doesNotContain("\"ERROR\"", alice.name, bob.name, "film.bin");
      }
    }
  }

  private Talk talk(String name, ServerProcess server) {
    return Talk.registered(stage, name, Options.defaults(), server.address(), server.ca());
  }

  private Path file() throws IOException {
    var bytes = new byte[SIZE];
    new Random(1).nextBytes(bytes);
    return Files.write(folder.resolve("film.bin"), bytes);
  }

  /// Waits until some of a file has passed, and not all.
  private static void await(EventStream live, Direction direction) {
    while (true) {
      var event = live.next(LIMIT);
      assertThat(event).as("in time").isPresent();
      if (event.get() instanceof Event.FileProgress moved
          && moved.direction() == direction
          && moved.progress().done() >= SOME) {
        assertThat(moved.progress().complete()).as("killed in the middle").isFalse();
        return;
      }
    }
  }

  /// As an app does: when the server says that it cannot serve now, later again.
  private static SaveResult save(Talk bob, FileView view, Path in) {
    for (var tries = 1; ; tries++) {
      try {
        return bob.sotto().save(view, in);
      } catch (SottoException e) {
        assertThat(e.code()).isEqualTo(Code.SERVER_UNREACHABLE);
        assertThat(tries).isLessThan(TRIES);
      }
    }
  }
}
