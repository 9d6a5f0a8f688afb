package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sotto.client.SentMessage;
import sotto.client.Status;
import sotto.client.Username;

/// The server is killed while two people talk: guarantees G1 to G5.
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class KilledServerTest {
  private static final boolean LONG = Boolean.getBoolean("sotto.long");
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path folder;

  /// SIGKILL at random instants of a stream of messages in both directions.
  @Test
  void killedAtAnyInstant_losesNothingDoublesNothingKeepsOrder() {
    var seed = Long.getLong("sotto.seed", new Random().nextLong());
    System.out.println("KilledServerTest seed " + seed);
    var random = new Random(seed);
    var kills = LONG ? 25 : 4;
    var count = LONG ? 4_000 : 600;
    try (var server = ServerProcess.start(Checkout.find(), folder.resolve("server"))) {
      var alice = new Person("alice", folder.resolve("alice")).register(server);
      var bob = new Person("bob", folder.resolve("bob")).register(server);
      var texts = IntStream.range(0, count).mapToObj(i -> "message " + i).toList();
      try (var a = alice.open();
          var b = bob.open()) {
        var toBob = a.conversationWith(Username.of("bob"));
        var toAlice = b.conversationWith(Username.of("alice"));
        var sent = new ArrayList<SentMessage>();
        var sentBack = new ArrayList<SentMessage>();
        for (var kill = 0; kill <= kills; kill++) {
          for (var text : part(texts, kill, kills + 1)) {
            sent.add(toBob.send(text));
            sentBack.add(toAlice.send(text));
          }
          if (kill < kills) {
            var awaited = random.nextInt(sent.size());
            var by = random.nextBoolean() ? Status.SENT : Status.DELIVERED;
            sent.get(awaited).await(by, PATIENCE);
            server.kill();
            server.restart();
          }
        }
        assertThat(Person.receive(b, count, PATIENCE)).isEqualTo(texts);
        assertThat(Person.receive(a, count, PATIENCE)).isEqualTo(texts);
        assertThat(sent.getLast().await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
        assertThat(sentBack.getLast().await(Status.DELIVERED, PATIENCE))
            .isEqualTo(Status.DELIVERED);
        assertThat(sent).allMatch(m -> m.await(Status.DELIVERED, PATIENCE) == Status.DELIVERED);
        assertThat(Person.receive(b, 1, Duration.ofSeconds(1))).isEmpty();
      }
    }
  }

  /// The server dies between the commit of the mailbox and its answer.
  @Test
  void killedAfterStoreBeforeReply_storesOnce() {
    try (var server = ServerProcess.start(Checkout.find(), folder.resolve("server"))) {
      var alice = new Person("alice", folder.resolve("alice")).register(server);
      var bob = new Person("bob", folder.resolve("bob")).register(server);
      server.kill();
      server.restartCrashingAt("after-store");
      try (var a = alice.open()) {
        var message = a.conversationWith(Username.of("bob")).send("stored, and no answer");
        server.awaitDeath(PATIENCE);
        server.restart();
        assertThat(message.await(Status.SENT, PATIENCE)).isEqualTo(Status.SENT);
      }
      try (var b = bob.open()) {
        assertThat(Person.receive(b, 1, PATIENCE)).containsExactly("stored, and no answer");
        assertThat(b.awaitMailboxEmpty(PATIENCE)).isTrue();
        assertThat(Person.receive(b, 1, Duration.ofSeconds(1))).isEmpty();
      }
    }
  }

  private static List<String> part(List<String> all, int index, int parts) {
    return all.subList(all.size() * index / parts, all.size() * (index + 1) / parts);
  }
}
