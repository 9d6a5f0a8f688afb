package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A client is killed at chosen points: what it began goes on with its next command, once.
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class KilledClientTest {
  /// What a JVM that halts at a crash point exits with.
  private static final int HALTED = 137;

  @TempDir static Path folder;
  private static ServerProcess server;

  @BeforeAll
  static void start() {
    server = ServerProcess.start(Checkout.find(), folder.resolve("server"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"after-encrypt", "after-send"})
  void senderKilled_messageArrivesOnceAndInOrder(String point) {
    var alice = person("alice", point);
    var bob = person("bob", point);
    alice.run(crashingAt(point), new byte[0], "send", bob.name(), "first").exits(HALTED);
    alice.ok("send", bob.name(), "second", "--timeout", "30s");
    assertThat(texts(bob.ok("receive", "--max", "2", "--timeout", "20s")))
        .containsExactly("first", "second");
    assertThat(texts(bob.ok("receive"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"after-decrypt", "after-commit"})
  void receiverKilled_messageIsThereOnce(String point) {
    var alice = person("alice", point);
    var bob = person("bob", point);
    alice.ok("send", bob.name(), "first");
    bob.run(crashingAt(point), new byte[0], "receive", "--max", "1", "--timeout", "20s")
        .exits(HALTED);
    alice.ok("send", bob.name(), "second");
    assertThat(texts(bob.ok("receive", "--max", "2", "--timeout", "20s")))
        .containsExactly("first", "second");
    assertThat(texts(bob.ok("receive"))).isEmpty();
    assertThat(texts(bob.ok("messages", alice.name()))).containsExactly("first", "second");
    alice.ok("receive", "--timeout", "5s");
    assertThat(
            alice.ok("messages", bob.name()).all("message").stream()
                .map(m -> m.get("status").getAsString()))
        .containsExactly("delivered", "delivered");
  }

  @ParameterizedTest
  @ValueSource(strings = {"after-upload-part", "after-upload"})
  void senderOfAFileKilled_fileArrivesOnce(String point) throws IOException {
    var alice = person("alice", point);
    var bob = person("bob", point);
    var film = film(point);
    alice
        .run(crashingAt(point), new byte[0], "send", bob.name(), "film", "--file", film.toString())
        .exits(HALTED);
    alice.ok("receive", "--timeout", "15s");
    var saved = folder.resolve("saved-" + point);
    var received =
        bob.ok("receive", "--max", "1", "--timeout", "60s", "--save-files", saved.toString());
    assertThat(texts(received)).containsExactly("film");
    assertThat(saved.resolve(film.getFileName())).hasSameBinaryContentAs(film);
    assertThat(texts(bob.ok("receive"))).isEmpty();
  }

  @Test
  void receiverOfAFileKilled_fileIsSavedOnce() throws IOException {
    var alice = person("alice", "saving");
    var bob = person("bob", "saving");
    var film = film("saving");
    alice.ok("send", bob.name(), "film", "--file", film.toString());
    var saved = folder.resolve("saved");
    bob.run(
            crashingAt("after-download-part"),
            new byte[0],
            "receive",
            "--max",
            "1",
            "--timeout",
            "20s",
            "--save-files",
            saved.toString())
        .exits(HALTED);
    assertThat(saved).doesNotExist();
    bob.ok("receive", "--max", "1", "--timeout", "60s", "--save-files", saved.toString());
    try (var files = Files.list(saved)) {
      assertThat(files).singleElement().satisfies(f -> assertThat(f).hasSameBinaryContentAs(film));
    }
  }

  /// A file of several parts.
  private static Path film(String name) throws IOException {
    var bytes = new byte[20_000_000];
    new Random(1).nextBytes(bytes);
    return Files.write(folder.resolve(name + ".bin"), bytes);
  }

  private static Map<String, String> crashingAt(String point) {
    return Map.of("SOTTO_JAVA_OPTS", "-Dsotto.test.crash=" + point);
  }

  private static Cli person(String name, String point) {
    var unique = name + "." + point.replace("after-", "").replace('-', '_');
    var person = new Cli(Checkout.find(), unique, folder.resolve(unique), "a passphrase");
    person.ok("register", "--server", server.address(), "--ca", server.ca().toString(), unique);
    return person;
  }

  private static List<String> texts(Cli.Result result) {
    return result.all("message").stream().map(m -> m.get("text").getAsString()).toList();
  }
}
