package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static sotto.client.TwoPeople.PATIENCE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.client.SottoException.Code;

/// Files out and in.
final class FilesTest {
  @TempDir Path folder;
  private TwoPeople people;

  @BeforeEach
  void start() {
    people = new TwoPeople(folder);
  }

  @AfterEach
  void stop() {
    people.close();
  }

  private Path file(String name, int size) throws IOException {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    Path file = folder.resolve(name);
    Files.write(file, bytes);
    return file;
  }

  private MessageView received() {
    Sotto bob = people.of("bob");
    TwoPeople.await(() -> !bob.conversations().isEmpty());
    return bob.conversations().getFirst().last().orElseThrow();
  }

  @Test
  void file_arrivesAsItWas_evenIfTheSourceIsGone() throws IOException {
    Conversation bob = people.aliceToBob();
    Path picture = file("picture.png", 300_000);
    byte[] bytes = Files.readAllBytes(picture);
    SentMessage sent = bob.sendFile(picture, "look");
    Files.delete(picture);
    assertThat(sent.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);

    MessageView message = received();
    assertThat(message.text()).isEqualTo("look");
    FileView file = message.files().getFirst();
    assertThat(file.name()).isEqualTo("picture.png");
    assertThat(file.mediaType()).isEqualTo("image/png");
    assertThat(file.size()).isEqualTo(300_000);
    Path inbox = folder.resolve("inbox");
    assertThat(people.of("bob").save(file, inbox))
        .isInstanceOfSatisfying(
            SaveResult.Saved.class, s -> assertThat(s.path()).hasBinaryContent(bytes));
    // A second time it gets a number instead of replacing the first.
    assertThat(people.of("bob").save(file, inbox))
        .isInstanceOfSatisfying(
            SaveResult.Saved.class,
            s -> assertThat(s.path().getFileName()).hasToString("picture (2).png"));
    try (Stream<Path> left = Files.list(people.home("alice").resolve("outgoing"))) {
      assertThat(left).isEmpty();
    }
    try (Stream<Path> saved = Files.list(inbox)) {
      assertThat(saved).hasSize(2);
    }
  }

  @Test
  void fileWrittenOffline_goesWithTheNextConnection_andNothingOvertakesIt() throws IOException {
    var _ = people.register("bob");
    people.register("alice").close();
    Sotto offline = people.openOffline("alice");
    Conversation conversation = offline.conversationWith(Username.of("bob"));
    conversation.send("", List.of(file("a.bin", 10), file("empty.bin", 0)));
    conversation.send("after the files");
    offline.close();
    Sotto online = people.open("alice");
    assertThat(online.awaitOutbox(PATIENCE)).isTrue();
    Sotto bob = people.of("bob");
    TwoPeople.await(() -> bob.search(SearchQuery.of("after")).size() == 1);
    List<MessageView> messages = bob.conversationWith(people.id("alice")).messages(10);
    assertThat(messages.getFirst().files()).hasSize(2);
    assertThat(messages.getLast().text()).isEqualTo("after the files");
    assertThat(bob.save(messages.getFirst().files().getLast(), folder.resolve("in")))
        .isInstanceOfSatisfying(SaveResult.Saved.class, s -> assertThat(s.path()).isEmptyFile());
  }

  @Test
  void damagedBlob_leavesNothingBehind() throws IOException {
    Conversation bob = people.aliceToBob();
    assertThat(bob.sendFile(file("a.bin", 200_000), "").await(Status.DELIVERED, PATIENCE))
        .isEqualTo(Status.DELIVERED);
    people.server.blobs.damage();
    Path inbox = folder.resolve("inbox");
    assertThat(people.of("bob").save(received().files().getFirst(), inbox))
        .isInstanceOf(SaveResult.Damaged.class);
    assertThat(inbox).doesNotExist();
    people.server.blobs.drop();
    assertThat(people.of("bob").save(received().files().getFirst(), inbox))
        .isInstanceOf(SaveResult.Gone.class);
  }

  @Test
  void fileLargerThanTheServerTakes_failsTheMessage_andTheLaneGoesOn() throws IOException {
    Conversation bob = people.aliceToBob();
    people.server.blobs.limit = 100_000;
    SentMessage large = bob.sendFile(file("large.bin", 200_000), "");
    SentMessage after = bob.send("after");
    assertThat(after.await(Status.SENT, PATIENCE).reached(Status.SENT)).isTrue();
    assertThat(large.status()).isEqualTo(Status.FAILED);
    assertThat(large.failure().orElseThrow().code()).isEqualTo("too_large");
  }

  @Test
  void encryptedCopyThatNoMessageNames_isSweptAwayAtTheNextStart() throws IOException {
    people.register("alice").close();
    Path outgoing = people.home("alice").resolve("outgoing");
    Files.createDirectories(outgoing);
    Files.writeString(outgoing.resolve("00112233"), "left by a crash");
    people.openOffline("alice").close();
    try (Stream<Path> files = Files.list(outgoing)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void textOfTheFile_standsNowhereOnTheServerOrInTheHome() throws IOException {
    Conversation bob = people.aliceToBob();
    byte[] mark = "a mark that nobody may see".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    Path file = folder.resolve("mark.txt");
    Files.write(file, mark);
    people.server.stop();
    bob.sendFile(file, "");
    try (Stream<Path> files = Files.list(people.home("alice").resolve("outgoing"))) {
      for (Path encrypted : files.toList()) {
        byte[] bytes = Files.readAllBytes(encrypted);
        assertThat(new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1))
            .doesNotContain("a mark");
        assertThat(Arrays.equals(bytes, mark)).isFalse();
      }
    }
  }

  @Test
  void whatIsNoFile_isRefused() {
    Conversation bob = people.aliceToBob();
    for (Path path : List.of(folder, folder.resolve("missing"))) {
      assertThatThrownBy(() -> bob.sendFile(path, ""))
          .isInstanceOfSatisfying(
              SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.FILE));
    }
  }

  /// The kernel says that this one has 4,096 bytes and gives fewer: a file that becomes shorter
  /// while it is encrypted.
  @Test
  void sourceThatEndsEarly_isTheFilesFault_andNotAFullDisk() throws IOException {
    Path shorter = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
    assumeTrue(Files.isReadable(shorter) && Files.size(shorter) == 4096);
    Conversation bob = people.aliceToBob();
    assertThatThrownBy(() -> bob.sendFile(shorter, ""))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.FILE))
        .hasMessageContaining("became shorter");
    try (Stream<Path> left = Files.list(people.home("alice").resolve("outgoing"))) {
      assertThat(left).isEmpty();
    }
  }
}
