package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sotto.client.MessageView;
import sotto.client.Options;
import sotto.client.Sotto;
import sotto.client.Status;
import sotto.client.Username;

/// A1, A2 and B1 are killed with SIGKILL at random instants while they write to each other, history
/// moves from A1 to A2, and A1 makes backups: in the end all of them, and a device made of the
/// backup, have each message once (G5).
@Timeout(value = 3000, unit = TimeUnit.SECONDS)
final class KilledDevicesTest {
  private static final boolean LONG = Boolean.getBoolean("sotto.long");
  private static final int KILLS = Integer.getInteger("sotto.kills", LONG ? 500 : 9);
  private static final int HISTORY = LONG ? 3000 : 200;
  private static final int LIFE_MILLIS = 1500;
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration SETTLED = Duration.ofMinutes(4);

  @TempDir Path folder;

  /// A home that is killed.
  private record Victim(String name, Path home, String to, boolean backsUp) {}

  private final List<String> written = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger kills = new AtomicInteger();

  @Test
  void killedAtRandomInstants_allDevicesHaveEachMessageOnce() throws InterruptedException {
    long seed = Long.getLong("sotto.seed", System.nanoTime());
    System.out.println("seed " + seed);
    try (var server =
        ServerProcess.start(Checkout.find(), folder.resolve("server"), Stage::manyFromOneAddress)) {
      var alice = new Person("alice", folder.resolve("a1")).register(server);
      var bob = new Person("bob", folder.resolve("b1")).register(server);
      var a2 = folder.resolve("a2");
      var code = prepare(server, alice, bob, a2);

      var victims =
          List.of(
              new Victim("A1", alice.home(), "bob", true),
              new Victim("A2", a2, "bob", false),
              new Victim("B1", bob.home(), "alice", false));
      var threads = new ArrayList<Thread>();
      for (var victim : victims) {
        var random = new Random(seed + victim.name().hashCode());
        threads.add(Thread.ofPlatform().start(() -> killAgainAndAgain(victim, random)));
      }
      for (var thread : threads) {
        thread.join();
      }
      assertThat(kills.get()).isGreaterThanOrEqualTo(KILLS);
      judge(server, alice, bob, a2, code);
    }
  }

  /// Some history, and a second device whose history has just begun to come.
  private String prepare(ServerProcess server, Person alice, Person bob, Path a2) {
    try (var a1 = alice.open();
        var b1 = bob.open()) {
      a1.awaitOnline(Linked.LIMIT);
      b1.awaitOnline(Linked.LIMIT);
      for (int i = 0; i < HISTORY; i++) {
        var text = "history." + i;
        var sent = a1.conversationWith(Username.of("bob")).send(text);
        written.add(text);
        if (i % 100 == 99) {
          sent.await(Status.DELIVERED, Linked.LIMIT);
        }
      }
      Linked.link(server, a1, a2, Options.defaults()).close();
      return a1.recoveryCode().orElseThrow();
    }
  }

  private void killAgainAndAgain(Victim victim, Random random) {
    for (int life = 0; kills.get() < KILLS; life++) {
      var begin = victim.name() + "." + life;
      var command =
          new ArrayList<>(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--enable-native-access=ALL-UNNAMED",
                  "-XX:TieredStopAtLevel=1",
                  "-Djava.library.path=" + System.getProperty("java.library.path"),
                  "-Dorg.sqlite.lib.path=" + System.getProperty("org.sqlite.lib.path", ""),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Doomed.class.getName(),
                  victim.home().toString(),
                  victim.to(),
                  begin));
      if (victim.backsUp()) {
        command.add("backup");
      }
      try (var process = new Running(begin, new ProcessBuilder(command))) {
        // Seldom before it has opened its store, mostly while messages go and come.
        switch (random.nextInt(8)) {
          case 0 -> {}
          case 1, 2 -> process.awaitLine(l -> l.startsWith("wrote "), START);
          default -> process.awaitLine(l -> l.equals("online"), START);
        }
        LockSupport.parkNanos(random.nextLong(LIFE_MILLIS) * 1_000_000);
        assertThat(process.alive()).as(() -> begin + " lives: " + process.err()).isTrue();
        process.kill();
        kills.incrementAndGet();
        process.seen().stream()
            .filter(l -> l.startsWith("wrote "))
            .map(l -> l.substring("wrote ".length()))
            .forEach(written::add);
      }
    }
  }

  private void judge(ServerProcess server, Person alice, Person bob, Path a2, String code) {
    try (var first = alice.open();
        var second = Linked.open(a2, Options.defaults());
        var other = bob.open();
        var restored = Linked.open(folder.resolve("a3"), Options.defaults())) {
      for (var device : List.of(first, second, other)) {
        settle(device);
      }
      Linked.await("history is there", SETTLED, () -> second.history().complete());
      Linked.await(
          "all have the same",
          SETTLED,
          () -> {
            var there = shown(other, "alice");
            return shown(first, "bob").equals(there) && shown(second, "bob").equals(there);
          });
      var all = shown(first, "bob");
      assertThat(all).doesNotHaveDuplicates().containsAll(written);
      assertThat(first.conversationWith(Username.of("bob")).messages(10_000))
          .allMatch(m -> m.kind() == MessageView.Kind.MESSAGE);
      first.backup().keep(_ -> {});
      restored.restore(Person.addressOf(server), Username.of("alice"), code, _ -> {});
      assertThat(shown(restored, "bob")).isEqualTo(all);
      System.out.printf("%d kills, %d messages%n", kills.get(), all.size());
    }
  }

  private static void settle(Sotto device) {
    device.awaitOnline(SETTLED);
    assertThat(device.awaitOutbox(SETTLED)).isTrue();
    assertThat(device.awaitMailboxEmpty(SETTLED)).isTrue();
  }

  /// All of a conversation, whatever its length.
  private static List<String> shown(Sotto sotto, String with) {
    var conversation = sotto.conversationWith(Username.of(with));
    var all = new ArrayList<>(conversation.messages(10_000));
    while (all.size() % 10_000 == 0 && !all.isEmpty()) {
      var before = conversation.messagesBefore(all.getFirst().place(), 10_000);
      if (before.isEmpty()) {
        break;
      }
      all.addAll(0, before);
    }
    return all.stream().map(MessageView::text).toList();
  }
}
