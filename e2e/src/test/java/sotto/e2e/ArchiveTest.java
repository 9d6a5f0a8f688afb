package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// History goes to a real server and comes back, with a client that is killed on the way.
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class ArchiveTest {
  /// What a JVM that halts at a crash point exits with.
  private static final int HALTED = 137;

  private static final List<String> TEXTS =
      List.of("one fish", "two fish", "red fish", "blue fish", "newest");

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

  @Test
  void killedOnTheWayThereAndBack_nothingIsLost() {
    var alice = person("alice");
    var bob = person("bob");
    try (var _ = bob.start(true, "receive", "--follow")) {
      TEXTS.forEach(
          text -> alice.ok("send", "bob", text, "--wait", "delivered", "--timeout", "60s"));
    }
    for (var point : List.of("prepared", "sent", "moved")) {
      alice.run(crashingAt(point), new byte[0], "archive", "--older-than", "0s").exits(HALTED);
    }
    assertThat(texts(alice.ok("messages", "bob"))).containsExactly("newest");
    assertThat(alice.ok("archive").only("archive").get("messages").getAsInt()).isEqualTo(4);
    assertThat(texts(alice.ok("messages", "bob", "--sync"))).isEqualTo(TEXTS);
    alice.run(crashingAt("returned"), new byte[0], "archive", "--restore").exits(HALTED);
    assertThat(texts(alice.ok("messages", "bob"))).isEqualTo(TEXTS);
    alice.ok("archive", "--restore");
    assertThat(alice.ok("archive").only("archive").get("messages").getAsInt()).isZero();
    assertThat(texts(alice.ok("messages", "bob"))).isEqualTo(TEXTS);
  }

  private static Map<String, String> crashingAt(String step) {
    return Map.of("SOTTO_JAVA_OPTS", "-Dsotto.test.crash=archive-" + step);
  }

  private static Cli person(String name) {
    var person = new Cli(Checkout.find(), name, folder.resolve(name), "a passphrase");
    person.ok("register", "--server", server.address(), "--ca", server.ca().toString(), name);
    return person;
  }

  private static List<String> texts(Cli.Result result) {
    return result.all("message").stream().map(m -> m.get("text").getAsString()).toList();
  }
}
