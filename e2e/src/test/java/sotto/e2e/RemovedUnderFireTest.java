package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import sotto.chain.DeviceId;
import sotto.client.Connection.State;
import sotto.client.Options;
import sotto.client.SentMessage;
import sotto.client.Sotto;
import sotto.client.Status;
import sotto.client.Username;

/// A1 removes A2 while ten others, B1 to K1, send to both: what they send is once at A1, and A2 is
/// out at once.
@ExtendWith(Stage.Given.class)
@Timeout(value = 180, unit = TimeUnit.SECONDS)
final class RemovedUnderFireTest {
  private static final boolean LONG = Boolean.getBoolean("sotto.long");
  private static final int SENDERS = 10;
  private static final int MESSAGES = LONG ? 300 : 30;
  // Promised is a second; a machine that also encrypts for ten may be late itself.
  private static final Duration OUT = Duration.ofSeconds(3);

  private final Stage stage;

  RemovedUnderFireTest(Stage stage) {
    this.stage = stage;
  }

  private Person person(String beginning) {
    var name = stage.freshName(beginning);
    return new Person(name, stage.folder(name)).register(stage.server());
  }

  @Test
  void everyMessageIsOnceAtTheOtherDevice_andTheRemovedOneIsOut() throws InterruptedException {
    var alice = person("alice");
    var senders = new LinkedHashMap<String, Sotto>();
    var sent = new ArrayList<SentMessage>();
    try (var a1 = alice.open();
        var a2 = Linked.link(stage.server(), a1, stage.folder("a2"), Options.defaults())) {
      try {
        for (int i = 0; i < SENDERS; i++) {
          var person = person("sender");
          senders.put(person.name(), person.open());
        }
        var thirds = new CountDownLatch(SENDERS);
        var threads = new ArrayList<Thread>();
        for (var sender : senders.values()) {
          threads.add(Thread.startVirtualThread(() -> write(sender, alice.name(), sent, thirds)));
        }
        thirds.await();
        var began = System.nanoTime();
        a1.removeDevice(new DeviceId(2));
        var removed = System.nanoTime();
        Linked.await("A2 is cut", () -> a2.connection().state() != State.ONLINE);
        var cut = Duration.ofNanos(System.nanoTime() - removed);
        for (var thread : threads) {
          thread.join();
        }
        Linked.await("A2 knows", () -> a2.connection().state() == State.REMOVED);
        System.out.printf(
            "removal took %d ms, A2 was cut %d ms later%n",
            Duration.ofNanos(removed - began).toMillis(), cut.toMillis());
        assertThat(cut).isLessThan(OUT);
        for (var message : List.copyOf(sent)) {
          assertThat(message.await(Status.DELIVERED, Linked.LIMIT).reached(Status.DELIVERED))
              .isTrue();
        }
        var all = java.util.stream.IntStream.range(0, MESSAGES).mapToObj(i -> "n" + i).toList();
        for (var name : senders.keySet()) {
          assertThat(Linked.texts(a1, name)).as(name).isEqualTo(all);
          assertThat(Linked.texts(a2, name))
              .doesNotHaveDuplicates()
              .hasSizeLessThanOrEqualTo(MESSAGES);
        }
      } finally {
        senders.values().forEach(Sotto::close);
      }
    }
    stage.noTraceLogged();
  }

  private static void write(
      Sotto sender, String to, List<SentMessage> sent, CountDownLatch thirds) {
    for (int i = 0; i < MESSAGES; i++) {
      var message = sender.conversationWith(Username.of(to)).send("n" + i);
      synchronized (sent) {
        sent.add(message);
      }
      if (i % 5 == 0) {
        message.await(Status.SENT, Linked.LIMIT);
      }
      if (i == MESSAGES / 3) {
        thirds.countDown();
      }
    }
  }
}
