package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sotto.client.Event;
import sotto.client.Options;
import sotto.client.Status;

/// A full disk on either side: a clear error, nothing lost, nothing twice; with room again all goes
/// on.
@ExtendWith(Stage.Given.class)
final class FullDiskTest {
  private static final boolean LONG = Boolean.getBoolean("sotto.long");
  private static final int FILM = 9_000_000;

  private final Stage stage;

  FullDiskTest(Stage stage) {
    this.stage = stage;
  }

  /// In the short form one kind of disk, in the long one both.
  static List<String> kinds() {
    return LONG ? List.of("disk", "limit") : List.of("disk");
  }

  private SmallDisk disk(String kind, String name, int megabytes) {
    var folder = stage.folder(name);
    return kind.equals("disk") ? SmallDisk.at(folder, megabytes) : SmallDisk.limited(folder);
  }

  private static List<String> texts(Captured received) {
    return received
        .out()
        .lines()
        .map(line -> JsonParser.parseString(line).getAsJsonObject())
        .filter(o -> o.get("type").getAsString().equals("message"))
        .map(o -> o.get("text").getAsString())
        .toList();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void clientsDiskIsFull(String kind) {
    try (var disk = disk(kind, "small-home", 8);
        var alice = Talk.registered(stage, "alice")) {
      var name = stage.freshName("bob");
      var bob = new Cli(stage.checkout(), name, disk.folder().resolve("home"), "bob's passphrase");
      bob.ok(
          "register",
          "--server",
          stage.server().address(),
          "--ca",
          stage.server().ca().toString(),
          name);
      var texts = List.of("for a full disk", "another", "and a third");
      texts.forEach(text -> alice.with(name).send(text));
      assertThat(alice.sotto().awaitOutbox(Talk.LIMIT)).isTrue();

      disk.fill();
      Captured.run(disk.on(bob.builder(false, "send", alice.name, "no room")), new byte[0])
          .exits(1)
          .says("disk");
      var blocked =
          Captured.run(disk.on(bob.builder(true, "receive", "--timeout", "3s")), new byte[0]);
      blocked.exits(1);
      assertThat(blocked.err()).contains("storage_full");
      var early = texts(blocked);

      disk.free();
      var late = texts(Captured.run(bob.builder(true, "receive"), new byte[0]).exits(0));
      var all = new ArrayList<>(early);
      all.addAll(late);
      assertThat(all).containsExactlyElementsOf(texts);
      bob.ok("send", alice.name, "room again");
      assertThat(alice.awaitMessage().text()).isEqualTo("room again");
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void serversDiskIsFull(String kind) {
    try (var disk = disk(kind, "small-server", 32);
        var server = ServerProcess.start(stage.checkout(), disk.folder().resolve("data"))) {
      var alice = stage.cliAt(server, "alice");
      try (var bob =
              Talk.registered(stage, "bob", Options.defaults(), server.address(), server.ca());
          var carol =
              Talk.registered(stage, "carol", Options.defaults(), server.address(), server.ca())) {
        carol.with(bob.name).send("before");
        bob.awaitText("before");

        disk.fill(server.pid());
        var sent = carol.with(bob.name).send("while it is full");
        Captured.of(alice, "send", bob.name, "queued by a command", "--timeout", "3s")
            .exits(7)
            .says("queued");
        assertThat(sent.status()).isEqualTo(Status.QUEUED);
        Stage.noTrace("the server's log", server.log());

        disk.free(server.pid());
        alice.ok("send", bob.name, "after");
        assertThat(sent.await(Status.DELIVERED, Talk.LIMIT)).isEqualTo(Status.DELIVERED);
        var texts = Stream.generate(() -> bob.awaitMessage().text()).limit(3).toList();
        assertThat(texts)
            .containsExactlyInAnyOrder("while it is full", "queued by a command", "after");
        assertThat(texts).containsSubsequence("queued by a command", "after");
        assertThat(bob.await(e -> e instanceof Event.MessageReceived, Duration.ofMillis(300)))
            .isEmpty();
      }
      assertThat(server.terminate()).isZero();
      Stage.noTrace("the server's log", server.log());
    }
  }

  /// Files in the home and in a folder beside it, both on the disk that is full.
  @Test
  void clientsDiskIsFull_aFileOutAndAFileIn_goOnWithRoomAgain() throws IOException {
    try (var small = SmallDisk.at(stage.folder("small-home"), 28);
        var alice = Talk.registered(stage, "alice")) {
      assumeThat(small).isInstanceOf(SmallDisk.Mounted.class);
      var disk = (SmallDisk.Mounted) small;
      var name = stage.freshName("bob");
      var home = disk.folder().resolve("home");
      var bob = new Cli(stage.checkout(), name, home, "bob's passphrase");
      bob.ok(
          "register",
          "--server",
          stage.server().address(),
          "--ca",
          stage.server().ca().toString(),
          name);
      var film = film();

      // The encrypted copy finds no room: nothing is sent, and nothing of it stays.
      disk.leave(2);
      Captured.of(bob, "send", alice.name, "film", "--file", film.toString()).exits(1).says("disk");
      assertThat(below(home.resolve("outgoing"))).isEmpty();
      disk.free();
      bob.ok("send", alice.name, "film", "--file", film.toString(), "--timeout", "60s");
      assertThat(alice.awaitMessage().files()).hasSize(1);

      // There is room for what comes, and none for the file that it is written out to.
      alice.with(name).sendFile(film, "film");
      assertThat(alice.sotto().awaitOutbox(Talk.LIMIT)).isTrue();
      var in = disk.folder().resolve("in");
      for (var left : List.of(2, 11)) {
        disk.leave(left);
        var full =
            Captured.run(bob.builder(true, "receive", "--save-files", in.toString()), new byte[0])
                .exits(1);
        assertThat(full.err()).contains("storage_full");
        Stage.noTrace("standard error", full.err());
        assertThat(below(in)).isEmpty();
        disk.free();
      }
      var message = bob.ok("receive", "--save-files", in.toString()).only("message");
      assertThat(message.get("files").getAsJsonArray()).hasSize(1);
      assertThat(below(in)).hasSize(1);
      assertThat(in.resolve("film.bin")).hasSameBinaryContentAs(film);
      assertThat(below(home.resolve("incoming"))).isEmpty();
    }
  }

  private Path film() throws IOException {
    var bytes = new byte[FILM];
    new Random(1).nextBytes(bytes);
    return Files.write(Files.createDirectories(stage.folder("film")).resolve("film.bin"), bytes);
  }

  private static List<Path> below(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (var files = Files.list(folder)) {
      return files.toList();
    }
  }
}
