package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The sample of the README is this code, and it works.
final class ReadmeTest {
  private static final Path README = Path.of("README.md");
  private static final Path SOURCE = Path.of("src/test/java/sotto/client/ReadmeTest.java");

  @TempDir Path folder;
  private final FakeServer fake = new FakeServer();
  private final List<String> printed = new ArrayList<>();

  private static final class Console {
    private final List<String> lines;

    Console(List<String> lines) {
      this.lines = lines;
    }

    void println(String line) {
      lines.add(line);
    }
  }

  // The sample opens homes by this name; they are at the fake server.
  private Sotto open(Path home, Passphrase passphrase) {
    return Sotto.open(home, passphrase, Options.defaults(), fake.dialer());
  }

  @Test
  void sample_sendsAMessageAndSeesItArrive() {
    var Sotto = this;
    var out = new Console(printed);
    ServerAddress server = fake.address();
    Passphrase passphrase = TwoPeople.key();
    // sample
    try (Sotto alice = Sotto.open(folder.resolve("alice"), passphrase);
        Sotto bob = Sotto.open(folder.resolve("bob"), passphrase)) {
      alice.register(server, Username.of("alice"));
      bob.register(server, Username.of("bob"));

      SentMessage hello = alice.conversationWith(Username.of("bob")).send("hello");
      // It is in the store now; delivery goes on by itself.
      for (Event event : bob.events()) {
        if (event instanceof Event.MessageReceived received) {
          out.println(received.message().text());
          break;
        }
      }
      out.println(hello.await(Status.DELIVERED, Duration.ofSeconds(10)).toString());
    }
    // end
    fake.close();
    assertThat(printed).containsExactly("hello", "DELIVERED");
  }

  @Test
  void sampleOfTheArchive_movesNothingWhereThereIsNothing() throws IOException {
    var out = new Console(printed);
    try (Sotto alice = open(folder.resolve("alice"), TwoPeople.key())) {
      var _ = alice.register(fake.address(), Username.of("alice"));
      // archive sample
      switch (alice.archive().moveOlderThan(Duration.ofDays(90))) {
        case ArchiveOutcome.Moved moved -> out.println(moved.messages() + " moved");
        case ArchiveOutcome.NoRoom full -> out.println("the server keeps " + full.limitBytes());
      }
      // archive end
    }
    fake.close();
    assertThat(printed).containsExactly("0 moved");
    List<String> source = Files.readAllLines(SOURCE);
    String sample =
        String.join(
            "\n",
            source
                .subList(
                    source.indexOf("      // archive sample") + 1,
                    source.indexOf("      // archive end"))
                .stream()
                .map(line -> line.substring(6))
                .toList());
    assertThat(Files.readString(README)).contains("```java\n" + sample + "\n```");
  }

  @Test
  void sampleOfTheReadme_isThatCode() throws IOException {
    List<String> source = Files.readAllLines(SOURCE);
    List<String> sample =
        source.subList(source.indexOf("    // sample") + 1, source.indexOf("    // end")).stream()
            .map(line -> line.isEmpty() ? line : line.substring(4))
            .toList();
    assertThat(Files.readString(README))
        .contains("```java\n" + String.join("\n", sample) + "\n```");
  }
}
