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

/// Two homes talk through the server.
final class ConversationTest {
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

  @Test
  void text_arrivesAndComesToDeliveredAndRead() {
    Sotto alice = people.register("alice");
    Sotto bob = people.register("bob");
    EventStream events = bob.events("test");
    SentMessage sent = alice.conversationWith(Username.of("bob")).send("hello");

    assertThat(sent.await(Status.SENT, PATIENCE)).isIn(Status.SENT, Status.DELIVERED);
    Event.MessageReceived received = next(events, Event.MessageReceived.class);
    assertThat(received.message().text()).isEqualTo("hello");
    assertThat(received.message().id()).isEqualTo(sent.id());
    assertThat(sent.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);

    Conversation withAlice = bob.conversationWith(Username.of("alice"));
    assertThat(withAlice.unreadCount()).isEqualTo(1);
    withAlice.accept();
    assertThat(withAlice.markRead()).isEqualTo(1);
    assertThat(sent.await(Status.READ, PATIENCE)).isEqualTo(Status.READ);
    assertThat(people.server.mailboxSize(bob.account().orElseThrow().id())).isZero();
  }

  @Test
  void textWrittenOffline_goesWithTheNextConnection() {
    people.register("bob");
    people.register("alice").close();
    Sotto offline = people.openOffline("alice");
    SentMessage sent = offline.conversationWith(Username.of("bob")).send("later");
    assertThat(sent.status()).isEqualTo(Status.QUEUED);
    offline.close();

    Sotto online = people.open("alice");
    assertThat(online.awaitOutbox(PATIENCE)).isTrue();
    List<MessageView> messages = online.conversationWith(Username.of("bob")).messages(10);
    assertThat(messages).hasSize(1);
    assertThat(messages.getFirst().status()).isNotEqualTo(Status.QUEUED);
  }

  static <E extends Event> E next(EventStream events, Class<E> type) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      var event = events.next(Duration.ofSeconds(5));
      if (event.isPresent() && type.isInstance(event.get())) {
        return type.cast(event.get());
      }
    }
    throw new AssertionError("no " + type.getSimpleName() + " came");
  }
}
