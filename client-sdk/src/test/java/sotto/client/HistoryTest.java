package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.client.TwoPeople.PATIENCE;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// A new device gets the history of the one that linked it.
final class HistoryTest {
  private static final Username BOB = Username.of("bob");
  private static final Username ALICE = Username.of("alice");

  @TempDir Path folder;
  private TwoPeople people;
  private Sotto b1;
  private Sotto a1;

  @BeforeEach
  void start() {
    people = new TwoPeople(folder);
    b1 = people.register("bob");
    a1 = people.register("alice");
  }

  @AfterEach
  void stop() {
    people.close();
  }

  private static List<String> texts(Sotto sotto, Username with) {
    return sotto.conversationWith(with).messages(5000).stream().map(MessageView::text).toList();
  }

  private void talk(int messages) {
    Conversation toBob = a1.conversationWith(BOB);
    IntStream.range(0, messages - 1).forEach(i -> toBob.send("text " + i));
    toBob.send("text " + (messages - 1)).await(Status.DELIVERED, PATIENCE);
    TwoPeople.await(
        () -> toBob.messages(5000).stream().allMatch(m -> m.status() == Status.DELIVERED));
    assertThat(a1.awaitOutbox(PATIENCE)).isTrue();
  }

  @Test
  void allTextsAndStates_areOnTheNewDevice_andCountAsNothingNew() {
    talk(20);
    b1.conversationWith(ALICE).send("not read").await(Status.DELIVERED, PATIENCE);
    TwoPeople.await(() -> a1.conversationWith(BOB).unreadCount() == 1);
    Sotto a2 = TwoDevices.link(people, a1, "a2");
    TwoPeople.await(() -> a2.history().complete());

    assertThat(texts(a2, BOB)).isEqualTo(texts(a1, BOB)).hasSize(21);
    assertThat(a2.conversationWith(BOB).unreadCount()).isEqualTo(1);
    assertThat(a2.conversationWith(BOB).messages(100))
        .extracting(MessageView::status)
        .isEqualTo(
            a1.conversationWith(BOB).messages(100).stream().map(MessageView::status).toList());
    assertThat(a2.search(SearchQuery.of("text 7"))).hasSize(1);
    assertThat(a2.history().received()).isEqualTo(21);
    assertThat(a2.history().lost()).isZero();
    try (EventStream events = a2.events("test")) {
      for (var e = events.next(Duration.ofMillis(50));
          e.isPresent();
          e = events.next(Duration.ofMillis(50))) {
        assertThat(e.get()).isNotInstanceOf(Event.MessageReceived.class);
      }
    }
  }

  @Test
  void whatComesMeanwhile_isThereOnce() {
    talk(5);
    AtomicInteger sent = new AtomicInteger();
    people.server.onBlobCall =
        _ -> {
          if (sent.getAndIncrement() == 0) {
            b1.conversationWith(ALICE).send("meanwhile");
          }
        };
    Sotto a2 = TwoDevices.link(people, a1, "a2");
    TwoPeople.await(() -> a2.history().complete());
    TwoPeople.await(() -> texts(a2, BOB).contains("meanwhile"));
    assertThat(texts(a2, BOB)).doesNotHaveDuplicates().hasSize(6);
  }

  @Test
  void brokenOffTransfers_goOn_andNothingIsTwice() {
    talk(10);
    AtomicInteger calls = new AtomicInteger();
    people.server.onBlobCall =
        _ -> {
          if (calls.getAndIncrement() < 2) {
            throw Statuses.unavailable("not now", Duration.ofMillis(1));
          }
        };
    Sotto a2 = TwoDevices.link(people, a1, "a2");
    TwoPeople.await(() -> a2.history().complete());
    assertThat(texts(a2, BOB)).isEqualTo(texts(a1, BOB)).hasSize(10);
  }

  @Test
  void bothSidesReopened_finish() {
    talk(10);
    people.server.onBlobCall =
        _ -> {
          throw Statuses.of(Reason.UNAVAILABLE, "not now");
        };
    Sotto a2 = TwoDevices.link(people, a1, "a2");
    assertThat(a2.history().complete()).isFalse();
    a1.close();
    a2.close();
    people.server.onBlobCall = _ -> {};
    Sotto old = people.open("alice");
    old.awaitOnline(PATIENCE);
    TwoPeople.await(() -> old.history().complete());
    assertThat(old.awaitOutbox(PATIENCE)).isTrue();
    old.close();
    Sotto fresh = people.open("a2");
    TwoPeople.await(() -> fresh.history().complete());
    assertThat(texts(fresh, BOB)).hasSize(10).doesNotHaveDuplicates();
  }

  @Test
  void archivedMessages_areInReachOfTheNewDevice() {
    talk(10);
    b1.conversationWith(ALICE).markRead();
    assertThat(a1.archive().moveOlderThan(Duration.ZERO).messages()).isEqualTo(9);
    Sotto a2 = TwoDevices.link(people, a1, "a2");
    TwoPeople.await(() -> a2.history().complete() && a2.archive().summary().messages() == 9);
    assertThat(texts(a2, BOB)).hasSize(10).doesNotHaveDuplicates();
  }

  @Test
  void removedDevice_getsNoMore() {
    talk(3);
    people.server.onBlobCall =
        _ -> {
          throw Statuses.of(Reason.UNAVAILABLE, "not now");
        };
    Sotto a2 = TwoDevices.link(people, a1, "a2");
    a1.removeDevice(a2.account().orElseThrow().device());
    TwoPeople.await(() -> a1.history().complete());
  }
}
