package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
import sotto.chain.AccountId;
import sotto.client.MessageView;
import sotto.client.Passphrase;
import sotto.client.SaveResult;
import sotto.client.SentMessage;
import sotto.client.Sotto;
import sotto.client.Status;
import sotto.client.Username;
import sotto.group.GroupId;

/// A client is killed at chosen points: what it began goes on when its home is opened next, once.
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class KilledClientTest {
  /// What a JVM that halts at a crash point exits with.
  private static final int HALTED = 137;

  private static final Duration LIMIT = Duration.ofSeconds(60);

  /// How long nothing may come for a second time.
  private static final Duration QUIET = Duration.ofMillis(500);

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
    try (var a = open(alice);
        var b = open(bob)) {
      send(a, bob, "second");
      assertThat(Person.receive(b, 2, LIMIT)).containsExactly("first", "second");
      assertThat(Person.receive(b, 1, QUIET)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"after-encrypt", "after-send"})
  void senderToAGroupKilled_messageArrivesAtEachMemberOnceAndInOrder(String point) {
    var alice = person("alice.g", point);
    var bob = person("bob.g", point);
    var carol = person("carol.g", point);
    try (var b = open(bob);
        var c = open(carol)) {
      GroupId group;
      try (var a = open(alice)) {
        a.awaitOnline(LIMIT);
        group = a.createGroup("All", List.of(id(b), id(c))).id();
        // Its key is there already: the point is reached by the message itself.
        delivered(toGroup(a, group, "zero"));
      }
      alice.run(crashingAt(point), new byte[0], "send", "#All", "first").exits(HALTED);
      try (var a = open(alice)) {
        delivered(toGroup(a, group, "second"));
        for (var member : List.of(b, c)) {
          assertThat(texts(member, group)).containsExactly("zero", "first", "second");
        }
      }
    }
  }

  private static AccountId id(Sotto sotto) {
    return sotto.account().orElseThrow().id();
  }

  private static SentMessage toGroup(Sotto from, GroupId group, String text) {
    return from.group(group).orElseThrow().conversation().send(text);
  }

  private static void delivered(SentMessage sent) {
    assertThat(sent.await(Status.DELIVERED, LIMIT)).isEqualTo(Status.DELIVERED);
  }

  private static List<String> texts(Sotto member, GroupId group) {
    return member.group(group).orElseThrow().conversation().messages(100).stream()
        .filter(m -> m.kind() == MessageView.Kind.MESSAGE)
        .map(MessageView::text)
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"after-decrypt", "after-commit"})
  void receiverKilled_messageIsThereOnce(String point) {
    var alice = person("alice", point);
    var bob = person("bob", point);
    try (var a = open(alice)) {
      var first = send(a, bob, "first");
      first.await(Status.SENT, LIMIT);
      bob.run(crashingAt(point), new byte[0], "receive", "--max", "1", "--timeout", "20s")
          .exits(HALTED);
      var second = send(a, bob, "second");
      try (var b = open(bob)) {
        assertThat(Person.receive(b, 2, LIMIT)).containsExactly("first", "second");
        assertThat(Person.receive(b, 1, QUIET)).isEmpty();
        assertThat(Linked.texts(b, alice.name())).containsExactly("first", "second");
        assertThat(first.await(Status.DELIVERED, LIMIT)).isEqualTo(Status.DELIVERED);
        assertThat(second.await(Status.DELIVERED, LIMIT)).isEqualTo(Status.DELIVERED);
      }
    }
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
    try (var a = open(alice);
        var b = open(bob)) {
      assertThat(a.awaitOutbox(LIMIT)).isTrue();
      assertThat(Person.receive(b, 1, LIMIT)).containsExactly("film");
      var file =
          b.conversationWith(Username.of(alice.name())).messages(10).getLast().files().getFirst();
      assertThat(b.save(file, folder.resolve("saved-" + point)))
          .isInstanceOfSatisfying(
              SaveResult.Saved.class,
              saved -> assertThat(saved.path()).hasSameBinaryContentAs(film));
      assertThat(Person.receive(b, 1, QUIET)).isEmpty();
    }
  }

  @Test
  void receiverOfAFileKilled_fileIsSavedOnce() throws IOException {
    var alice = person("alice", "saving");
    var bob = person("bob", "saving");
    var film = film("saving");
    try (var a = open(alice)) {
      var sent = a.conversationWith(Username.of(bob.name())).sendFile(film, "film");
      assertThat(sent.await(Status.SENT, LIMIT)).isEqualTo(Status.SENT);
    }
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

  /// A client whose home the killed command finds; what is not killed is done in this process.
  private static Cli person(String name, String point) {
    var unique = name + "." + point.replace("after-", "").replace('-', '_');
    var person = new Cli(Checkout.find(), unique, folder.resolve(unique), "a passphrase");
    try (var sotto = open(person)) {
      sotto.register(Person.addressOf(server), Username.of(unique));
    }
    return person;
  }

  private static Sotto open(Cli person) {
    return Sotto.open(person.home(), Passphrase.of(person.passphrase()));
  }

  private static SentMessage send(Sotto from, Cli to, String text) {
    return from.conversationWith(Username.of(to.name())).send(text);
  }
}
