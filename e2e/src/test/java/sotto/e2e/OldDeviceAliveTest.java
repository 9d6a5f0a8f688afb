package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import sotto.chain.DeviceId;
import sotto.client.Connection.State;
import sotto.client.Event;
import sotto.client.Options;
import sotto.client.Sotto;
import sotto.client.Status;
import sotto.client.Username;

/// A2 is made of A1's backup although A1 is alive and connected, and B1 does not stop writing: both
/// are devices of the account then, and one of them can remove the other.
@ExtendWith(Stage.Given.class)
@Timeout(value = 180, unit = TimeUnit.SECONDS)
final class OldDeviceAliveTest {
  private final Stage stage;

  OldDeviceAliveTest(Stage stage) {
    this.stage = stage;
  }

  private Person person(String beginning) {
    var name = stage.freshName(beginning);
    return new Person(name, stage.folder(name)).register(stage.server());
  }

  private static void say(Sotto from, String to, String text) {
    var sent = from.conversationWith(Username.of(to)).send(text);
    assertThat(sent.await(Status.SENT, Linked.LIMIT).reached(Status.SENT)).as(text).isTrue();
  }

  @Test
  void bothDevicesLive_eachMessageIsOnceOnBoth_andTheRestoredOneRemovesTheOther() {
    var alice = person("alice");
    var bob = person("bob");
    try (var a1 = alice.open();
        var b1 = bob.open();
        var a2 = Linked.open(stage.folder("a2"), Options.defaults())) {
      say(a1, bob.name(), "A1 before the backup");
      say(b1, alice.name(), "B1 before the backup");
      Linked.await("A1 has it", () -> Linked.texts(a1, bob.name()).size() == 2);
      a1.backup().keep(_ -> {});
      var code = a1.recoveryCode().orElseThrow();

      var written = new ArrayList<String>();
      var stop = new AtomicBoolean();
      var writing =
          Thread.startVirtualThread(() -> {
            for (int i = 0; !stop.get(); i++) {
              var text = "B1 " + i;
              b1.conversationWith(Username.of(alice.name())).send(text);
              written.add(text);
              LockSupport.parkNanos(20_000_000);
            }
          });
      a2.restore(Person.addressOf(stage.server()), Username.of(alice.name()), code, _ -> {});
      a2.awaitOnline(Linked.LIMIT);
      say(b1, alice.name(), "B1 after the restore");
      // A1 has not connected anew; it hears of A2 all the same.
      awaitChangedDevices(a1);
      say(a1, bob.name(), "A1 after the restore");
      say(a2, bob.name(), "A2 after the restore");
      stop.set(true);
      join(writing);
      say(b1, alice.name(), "B1 at the end");

      var both = List.of("A1 after the restore", "A2 after the restore", "B1 at the end");
      Linked.await("A1 has all", () -> Linked.texts(a1, bob.name()).containsAll(both));
      Linked.await("A2 has all", () -> Linked.texts(a2, bob.name()).containsAll(both));
      Linked.await("A1 has B1's", () -> Linked.texts(a1, bob.name()).containsAll(written));
      var onA1 = Linked.texts(a1, bob.name());
      var onA2 = Linked.texts(a2, bob.name());
      assertThat(onA1).doesNotHaveDuplicates();
      assertThat(onA2)
          .doesNotHaveDuplicates()
          .contains("A1 before the backup", "B1 before the backup");
      // From the first message on that came to A2 it has every one, in the same order.
      var first = onA2.stream().filter(written::contains).findFirst().orElseThrow();
      assertThat(onA2.subList(onA2.indexOf(first), onA2.size()))
          .isEqualTo(onA1.subList(onA1.indexOf(first), onA1.size()));
      assertThat(Linked.texts(b1, alice.name())).doesNotHaveDuplicates();

      a2.removeDevice(new DeviceId(1));
      Linked.await("A1 is out", () -> a1.connection().state() == State.REMOVED);
      say(b1, alice.name(), "B1 to A2 alone");
      Linked.await("A2 has it", () -> Linked.texts(a2, bob.name()).contains("B1 to A2 alone"));
      assertThat(Linked.texts(a1, bob.name())).isEqualTo(onA1);
    }
    stage.noTraceLogged();
  }

  private static void awaitChangedDevices(Sotto sotto) {
    try (var events = sotto.events("test")) {
      Linked.await(
          "it hears of the new device",
          () -> {
            var event = events.next(Duration.ofSeconds(1));
            events.done();
            return event.filter(e -> e instanceof Event.DevicesChanged).isPresent();
          });
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
