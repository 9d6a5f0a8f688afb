package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.client.TwoPeople.PATIENCE;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Events: kept, in order, at least once.
final class EventsTest {
  @TempDir Path folder;
  private TwoPeople people;

  @BeforeEach
  void start() {
    people = new TwoPeople(folder);
  }

  @AfterEach
  void stop() {
    people.close();
  }

  private static List<String> texts(EventStream events) {
    List<String> texts = new ArrayList<>();
    while (true) {
      var event = events.next(Duration.ZERO);
      if (event.isEmpty()) {
        return texts;
      }
      if (event.get() instanceof Event.MessageReceived r) {
        texts.add(r.message().text());
      }
    }
  }

  private void deliver(String... texts) {
    for (String text : texts) {
      assertThat(
              people
                  .of("alice")
                  .conversationWith(Username.of("bob"))
                  .send(text)
                  .await(Status.DELIVERED, PATIENCE))
          .isEqualTo(Status.DELIVERED);
    }
  }

  @Test
  void eachConsumerSeesEachEventOnce_acrossRestarts() {
    var _ = people.aliceToBob();
    deliver("one", "two");
    Sotto bob = people.of("bob");
    try (EventStream events = bob.events("a")) {
      assertThat(texts(events)).containsExactly("one", "two");
    }
    deliver("three");
    bob.close();
    Sotto again = people.openOffline("bob");
    try (EventStream a = again.events("a");
        EventStream b = again.events("b")) {
      assertThat(texts(a)).containsExactly("three");
      assertThat(texts(b)).containsExactly("one", "two", "three");
    }
  }

  @Test
  void eventHandedOutAndNotPassed_comesAgainWithTheSameId() {
    var _ = people.aliceToBob();
    deliver("one");
    Sotto bob = people.of("bob");
    Event first;
    try (EventStream events = bob.events("a")) {
      first = ConversationTest.next(events, Event.MessageReceived.class);
    }
    try (EventStream events = bob.events("a")) {
      Event again = ConversationTest.next(events, Event.MessageReceived.class);
      assertThat(again.id()).isEqualTo(first.id());
      events.done();
    }
    try (EventStream events = bob.events("a")) {
      assertThat(texts(events)).isEmpty();
    }
  }

  @Test
  void statusEvents_riseAndNameTheMessage() {
    Conversation bob = people.aliceToBob();
    EventStream events = people.of("alice").events("status");
    SentMessage sent = bob.send("hello");
    assertThat(sent.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    List<Status> seen = new ArrayList<>();
    while (!seen.contains(Status.DELIVERED)) {
      Event.StatusChanged changed = ConversationTest.next(events, Event.StatusChanged.class);
      assertThat(changed.message().id()).isEqualTo(sent.id());
      seen.add(changed.status());
    }
    assertThat(seen).isSorted();
  }

  @Test
  void typingAndPresence_reachWhoWatches() {
    Conversation bob = people.aliceToBob();
    deliver("hi");
    Sotto bobs = people.of("bob");
    Conversation alice = bobs.conversationWith(people.id("alice"));
    assertThat(alice.send("hello").await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    EventStream live = bobs.liveEvents();
    bob.typing(true);
    Event.TypingChanged typing = ConversationTest.next(live, Event.TypingChanged.class);
    assertThat(typing.typing()).isTrue();
    assertThat(typing.contact().account()).hasValue(people.id("alice"));
    alice.watchPresence();
    Event.PresenceChanged presence = ConversationTest.next(live, Event.PresenceChanged.class);
    assertThat(presence.online()).isTrue();
    live.close();
  }

  @Test
  void pagesOfAConversation_joinWithoutGaps() {
    Conversation bob = people.aliceToBob();
    for (int i = 0; i < 25; i++) {
      bob.send("m" + i);
    }
    assertThat(people.of("alice").awaitOutbox(PATIENCE)).isTrue();
    List<MessageView> last = bob.messages(10);
    List<MessageView> before = bob.messagesBefore(last.getFirst().place(), 10);
    List<MessageView> first = bob.messagesBefore(before.getFirst().place(), 10);
    List<String> all = new ArrayList<>();
    for (List<MessageView> page : List.of(first, before, last)) {
      page.forEach(m -> all.add(m.text()));
    }
    assertThat(all)
        .containsExactlyElementsOf(
            java.util.stream.IntStream.range(0, 25).mapToObj(i -> "m" + i).toList());
  }
}
