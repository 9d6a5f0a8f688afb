package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
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
}
