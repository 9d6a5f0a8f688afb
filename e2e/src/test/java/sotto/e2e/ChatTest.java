package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Two people with `chat` open, as it is when piped.
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ChatTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path folder;

  @Test
  void chat_showsWhatIsWritten_howFarItCame_andWhoIsThere() {
    try (var server = ServerProcess.start(Checkout.find(), folder.resolve("server"))) {
      var alice = person("alice", server);
      var bob = person("bob", server);
      alice.ok("send", "bob", "written before");
      bob.ok("receive");
      bob.ok("send", "alice", "answered before");
      alice.ok("receive");

      try (var bobs = bob.start(false, "chat", "alice");
          var alices = alice.start(false, "chat", "bob")) {
        alices.awaitLine(l -> l.endsWith("bob: answered before"), PATIENCE);
        alices.awaitLine(l -> l.equals("* bob: online"), PATIENCE);
        alices.type("written in chat 🌻");
        bobs.awaitLine(l -> l.endsWith("alice: written in chat 🌻"), PATIENCE);
        alices.awaitLine(l -> l.equals("  ✓✓ read: written in chat 🌻"), PATIENCE);
        alices.type("/quit");
        assertThat(alices.awaitEnd(PATIENCE)).isZero();
        bobs.awaitLine(l -> l.startsWith("* alice: last seen "), PATIENCE);
        bobs.type("/quit");
        assertThat(bobs.awaitEnd(PATIENCE)).isZero();
      }
    }
  }

  private Cli person(String name, ServerProcess server) {
    var person = new Cli(Checkout.find(), name, folder.resolve(name), "a passphrase");
    person.ok("register", "--server", server.address(), "--ca", server.ca().toString(), name);
    return person;
  }
}
