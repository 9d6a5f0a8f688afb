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
import sotto.client.internal.files.Samples;

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
  void filesSample_sendsAPictureAndSavesIt() throws IOException {
    var out = new Console(printed);
    Path downloads = folder.resolve("downloads");
    Path picture = Files.write(folder.resolve("lake.jpg"), Samples.jpeg(1200, 800, 1));
    try (TwoPeople people = new TwoPeople(folder)) {
      Conversation toBob = people.aliceToBob();
      Sotto bob = people.of("bob");
      Conversation fromAlice = bob.conversationWith(people.id("alice"));
      toBob.send("hello").await(Status.DELIVERED, TwoPeople.PATIENCE);
      files(toBob, bob, fromAlice, picture, downloads, out);
    }
    assertThat(printed).containsExactly("SENT 1.0", "preview of 320x213", "saved as lake.jpg");
  }

  private static void files(
      Conversation toBob,
      Sotto bob,
      Conversation fromAlice,
      Path picture,
      Path downloads,
      Console out) {
    // files
    SentMessage sent = toBob.sendFile(picture, "the lake");
    // It is encrypted in the store; the upload goes on by itself, also after a restart.
    out.println(sent.await(Status.SENT, Duration.ofMinutes(10)) + " " + sent.progress().share());

    FileView file = fromAlice.messages(1).getFirst().files().getFirst();
    file.picture()
        .flatMap(Thumbnail::of)
        .ifPresent(small -> out.println("preview of " + small.width() + "x" + small.height()));
    switch (bob.save(file, downloads)) {
      case SaveResult.Saved(Path path) -> out.println("saved as " + path.getFileName());
      case SaveResult.Gone() -> out.println("no longer on the server");
      case SaveResult.Damaged() -> out.println("not what was sent; nothing was written");
    }
    // end of files
  }

  @Test
  void samplesOfTheReadme_areThatCode() throws IOException {
    List<String> source = Files.readAllLines(SOURCE);
    for (String[] marks :
        new String[][] {{"// sample", "// end"}, {"// files", "// end of files"}}) {
      int from = source.indexOf("    " + marks[0]) + 1;
      List<String> sample =
          source.subList(from, source.indexOf("    " + marks[1])).stream()
              .map(line -> line.isEmpty() ? line : line.substring(4))
              .toList();
      assertThat(Files.readString(README))
          .contains("```java\n" + String.join("\n", sample) + "\n```");
    }
  }
}
