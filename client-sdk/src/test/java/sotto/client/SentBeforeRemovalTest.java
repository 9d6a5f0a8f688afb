package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.client.TwoPeople.PATIENCE;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.DeviceId;

/// What A2 sent to B1 and the server accepted arrives, although A2 has been removed since and B1
/// knows that; what it sends afterwards does not.
final class SentBeforeRemovalTest {
  private static final Username ALICE = Username.of("alice");
  private static final Username BOB = Username.of("bob");

  @TempDir Path folder;
  private TwoPeople people;
  private Sotto a1;
  private Sotto a2;

  @BeforeEach
  void start() {
    people = new TwoPeople(folder);
    a1 = people.register("alice");
    a2 = TwoDevices.link(people, a1, "a2");
  }

  @AfterEach
  void stop() {
    people.close();
  }

  /// A2 writes to B1, which is not there, and is removed; B1 knows that already when it hears from
  /// the server what A2 wrote.
  ///
  /// @param metBefore whether A2 and B1 have spoken before
  /// @param later how much later than it did the server says that it took it
  private Sotto hearsAfterRemoval(boolean metBefore, Duration later) {
    Sotto b1 = people.register("bob");
    if (metBefore) {
      a2.conversationWith(BOB).send("first").await(Status.DELIVERED, PATIENCE);
      b1.conversationWith(ALICE).send("answer").await(Status.DELIVERED, PATIENCE);
      assertThat(b1.awaitOutbox(PATIENCE)).isTrue();
    }
    b1.close();
    a2.conversationWith(BOB).send("on its way").await(Status.SENT, PATIENCE);
    var withheld = people.server.takeMailbox(people.id("bob"), 1);
    a1.removeDevice(new DeviceId(2));
    Sotto back = people.open("bob");
    back.conversationWith(ALICE).send("back").await(Status.DELIVERED, PATIENCE);
    back.close();
    people.server.putBack(people.id("bob"), 1, withheld, later);
    Sotto again = people.open("bob");
    assertThat(again.awaitMailboxEmpty(PATIENCE)).isTrue();
    return again;
  }

  private static List<String> texts(Sotto sotto) {
    return sotto.conversationWith(ALICE).messages(10).stream().map(MessageView::text).toList();
  }

  @Test
  void arrives_onASessionThatThereWas() {
    Sotto b1 = hearsAfterRemoval(true, Duration.ZERO);
    TwoPeople.await(() -> texts(b1).contains("on its way"));
  }

  @Test
  void arrives_alsoWhereItIsTheFirst() {
    Sotto b1 = hearsAfterRemoval(false, Duration.ZERO);
    TwoPeople.await(() -> texts(b1).contains("on its way"));
  }

  @Test
  void isNotShown_whereTheServerTookItAfterwards() {
    Sotto b1 = hearsAfterRemoval(true, Duration.ofHours(1));
    a1.conversationWith(BOB).send("the last").await(Status.DELIVERED, PATIENCE);
    assertThat(texts(b1)).contains("the last").doesNotContain("on its way");
  }
}
