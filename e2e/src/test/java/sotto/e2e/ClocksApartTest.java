package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import sotto.client.MessageView;
import sotto.client.Options;
import sotto.client.Passphrase;
import sotto.client.Sotto;
import sotto.client.Status;
import sotto.client.Username;

/// The clocks of A1 and A2 are two hours apart, B1's is right: a conversation has one order on all
/// of them, also of what is written at the same time and of what was written without a connection.
@ExtendWith(Stage.Given.class)
@Timeout(value = 180, unit = TimeUnit.SECONDS)
final class ClocksApartTest {
  private final Stage stage;

  ClocksApartTest(Stage stage) {
    this.stage = stage;
  }

  private static Options hours(int hours) {
    return Options.defaults().withClock(Clock.offset(Clock.systemUTC(), Duration.ofHours(hours)));
  }

  private static Sotto open(Person person, Options options) {
    return Sotto.open(person.home(), Passphrase.ofKey(new byte[Passphrase.KEY_LENGTH]), options);
  }

  private Sotto registered(Person person, Options options) {
    var sotto = open(person, options);
    sotto.register(Person.addressOf(stage.server()), Username.of(person.name()));
    sotto.awaitOnline(Linked.LIMIT);
    return sotto;
  }

  private record Shown(String text, long sentAt) {}

  private static List<Shown> shown(Sotto sotto, String with) {
    return sotto.conversationWith(Username.of(with)).messages(1000).stream()
        .map((MessageView m) -> new Shown(m.text(), m.sentAt().toEpochMilli()))
        .toList();
  }

  private Person named(String beginning) {
    var name = stage.freshName(beginning);
    return new Person(name, stage.folder(name));
  }

  private static void say(Sotto from, String to, String text) {
    var sent = from.conversationWith(Username.of(to)).send(text);
    assertThat(sent.await(Status.SENT, Linked.LIMIT).reached(Status.SENT)).as(text).isTrue();
  }

  @Test
  void conversationHasOneOrderOnAllDevices() throws InterruptedException {
    var alice = named("alice");
    var bob = named("bob");
    var a2Home = new Person(alice.name(), stage.folder("a2"));
    var began = System.currentTimeMillis();
    var count = 0;
    try (var a1 = registered(alice, hours(1));
        var b1 = registered(bob, hours(0))) {
      say(b1, alice.name(), "before the link");
      count++;
      var a2 = Linked.link(stage.server(), a1, a2Home.home(), hours(-1));
      try {
        for (int i = 0; i < 3; i++) {
          say(a1, bob.name(), "A1 " + i);
          say(b1, alice.name(), "B1 " + i);
          say(a2, bob.name(), "A2 " + i);
          count += 3;
        }
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < 10; i++) {
          var text = "at once " + i;
          threads.add(Thread.startVirtualThread(() -> say(a1, bob.name(), "A1 " + text)));
          threads.add(Thread.startVirtualThread(() -> say(a2, bob.name(), "A2 " + text)));
          threads.add(Thread.startVirtualThread(() -> say(b1, alice.name(), "B1 " + text)));
          count += 3;
        }
        for (var thread : threads) {
          thread.join();
        }
      } finally {
        a2.close();
      }
      try (var offline = open(a2Home, hours(-1).withoutConnection())) {
        offline.conversationWith(Username.of(bob.name())).send("A2 without a connection");
        count++;
      }
      say(a1, bob.name(), "A1 meanwhile");
      count++;
      try (var again = open(a2Home, hours(-1))) {
        again.awaitOnline(Linked.LIMIT);
        assertThat(again.awaitOutbox(Linked.LIMIT)).isTrue();
        say(b1, alice.name(), "the last");
        count++;
        var all = count;
        for (var device : List.of(a1, again)) {
          Linked.await("all is there", () -> shown(device, bob.name()).size() >= all);
        }
        Linked.await("all is there", () -> shown(b1, alice.name()).size() >= all);
        var there = shown(b1, alice.name());
        assertThat(there).hasSize(all).last().extracting(Shown::text).isEqualTo("the last");
        assertThat(shown(a1, bob.name())).isEqualTo(there);
        assertThat(shown(again, bob.name())).isEqualTo(there);
        assertThat(there)
            .allSatisfy(s ->
                assertThat(s.sentAt())
                    .isBetween(began - 60_000, System.currentTimeMillis() + 60_000));
      }
    }
  }
}
