package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.client.TwoPeople.PATIENCE;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.client.internal.archive.Step;

/// What happens to messages while they move, and after.
final class ArchiveReceiptsTest {
  @TempDir Path folder;
  private TwoPeople people;
  private final List<SentMessage> sent = new ArrayList<>();
  private Conversation toBob;

  @BeforeEach
  void start() {
    people = new TwoPeople(folder);
    toBob = people.aliceToBob();
    for (int i = 0; i < 6; i++) {
      sent.add(toBob.send("message " + i));
    }
    sent.forEach(m -> m.await(Status.DELIVERED, PATIENCE));
    Conversation toAlice = people.of("bob").conversationWith(people.id("alice"));
    toAlice.accept();
  }

  @AfterEach
  void stop() {
    people.close();
  }

  private Sotto alice() {
    return people.of("alice");
  }

  private void bobReads() {
    assertThat(people.of("bob").conversationWith(people.id("alice")).markRead()).isEqualTo(6);
    assertThat(people.of("bob").awaitOutbox(PATIENCE)).isTrue();
  }

  private void newestIsRead() {
    // It never leaves; its receipt comes in the same content as the others'.
    TwoPeople.await(() -> toBob.messages(1).getFirst().status() == Status.READ);
  }

  private List<Status> statuses() {
    return toBob.messages(6).stream().map(MessageView::status).toList();
  }

  private static final List<Status> ALL_READ =
      List.of(Status.READ, Status.READ, Status.READ, Status.READ, Status.READ, Status.READ);

  @Test
  void receiptWhileItMoves_staysBesideTheSegment() {
    AtomicBoolean read = new AtomicBoolean();
    alice()
        .archive()
        .onStep(step -> {
          if (step == Step.VERIFIED && read.compareAndSet(false, true)) {
            bobReads();
            newestIsRead();
          }
        });
    // All changed, so none of them left with the first segment.
    assertThat(alice().archive().moveOlderThan(Duration.ZERO))
        .isInstanceOfSatisfying(
            ArchiveOutcome.Moved.class,
            moved -> {
              assertThat(moved.messages()).isEqualTo(5);
              assertThat(moved.segments()).isEqualTo(2);
            });
    assertThat(alice().archive().summary().messages()).isEqualTo(10);
    assertThat(statuses()).as("of two segments the later one is right").isEqualTo(ALL_READ);
    var _ = alice().archive().restore();
    assertThat(statuses()).isEqualTo(ALL_READ);
  }

  @Test
  void receiptForAMessageThatIsAway_showsWhenItComesBack() {
    assertThat(alice().archive().moveOlderThan(Duration.ZERO).messages()).isEqualTo(5);
    bobReads();
    newestIsRead();
    assertThat(statuses()).isEqualTo(ALL_READ);
  }

  @Test
  void receiptForACopy_outlivesTheCopy() {
    assertThat(alice().archive().moveOlderThan(Duration.ZERO).messages()).isEqualTo(5);
    assertThat(statuses()).contains(Status.DELIVERED);
    bobReads();
    TwoPeople.await(() -> statuses().equals(ALL_READ));
    alice().close();
    PastWriter.inStore(
        people.home("alice"),
        store -> {
          for (long segment : store.segments().cached()) {
            store.archivedRows().delete(segment);
            store.segments().setCached(segment, false);
          }
        });
    people.open("alice").awaitOnline(PATIENCE);
    toBob = people.of("alice").conversationWith(people.id("bob"));
    assertThat(statuses()).isEqualTo(ALL_READ);
  }

  @Test
  void messageThatTheAppHolds_isKnownAfterItHasMoved() {
    assertThat(alice().archive().moveOlderThan(Duration.ZERO).messages()).isEqualTo(5);
    assertThat(sent.getFirst().status()).isEqualTo(Status.DELIVERED);
    assertThat(sent.getFirst().view().text()).isEqualTo("message 0");
    assertThat(sent.getFirst().await(Status.SENT, PATIENCE)).isEqualTo(Status.DELIVERED);
  }

  @Test
  void newMessageAfterTheMove_followsTheOldOnes() {
    assertThat(alice().archive().moveOlderThan(Duration.ZERO).messages()).isEqualTo(5);
    toBob.send("message 6");
    assertThat(toBob.messages(10))
        .extracting(MessageView::text)
        .containsExactly(
            "message 0",
            "message 1",
            "message 2",
            "message 3",
            "message 4",
            "message 5",
            "message 6");
  }
}
