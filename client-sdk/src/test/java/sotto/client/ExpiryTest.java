package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.client.TwoPeople.PATIENCE;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// No message is *queued* or *sent* for ever.
final class ExpiryTest {
  private static final Username ALICE = Username.of("alice");

  @TempDir Path folder;
  private TwoPeople people;
  private Conversation toBob;

  @BeforeEach
  void start() {
    people = new TwoPeople(folder);
    toBob = people.aliceToBob();
  }

  @AfterEach
  void stop() {
    people.close();
  }

  private Sotto daysLater(int days) {
    people.of("alice").close();
    people.server.timeOffset = Duration.ofDays(days).toMillis();
    Sotto alice = people.open("alice");
    alice.awaitOnline(PATIENCE);
    return alice;
  }

  private SentMessage sentWhileBobIsAway(String text) {
    people.of("bob").close();
    SentMessage sent = toBob.send(text);
    assertThat(sent.await(Status.SENT, PATIENCE)).isEqualTo(Status.SENT);
    return sent;
  }

  @Test
  void unconfirmedFor31Days_itExpires_andALateConfirmationCorrectsIt() {
    MessageId id = sentWhileBobIsAway("anyone?").id();
    Sotto after30 = daysLater(30);
    assertThat(after30.awaitMailboxEmpty(PATIENCE)).isTrue();
    assertThat(after30.sentMessage(id).orElseThrow().status()).isEqualTo(Status.SENT);

    SentMessage expired = daysLater(32).sentMessage(id).orElseThrow();
    TwoPeople.await(() -> expired.status() == Status.FAILED);
    Failure why = expired.failure().orElseThrow();
    assertThat(why.code()).isEqualTo("expired");
    assertThat(why.sentence()).contains("31 days");
    assertThat(why.retryable()).isTrue();

    var _ = people.open("bob");
    TwoPeople.await(() -> expired.status() == Status.DELIVERED);
    assertThat(expired.failure()).isEmpty();
  }

  @Test
  void retryOfAnExpiredMessage_keepsItsId_andIsSeenOnce() {
    MessageId id = sentWhileBobIsAway("once").id();
    SentMessage expired = daysLater(32).sentMessage(id).orElseThrow();
    TwoPeople.await(() -> expired.status() == Status.FAILED);
    assertThat(expired.retry()).isTrue();
    assertThat(expired.await(Status.SENT, PATIENCE)).isEqualTo(Status.SENT);
    assertThat(people.server.mailboxSize(people.id("bob"))).isEqualTo(2);

    Sotto bob = people.open("bob");
    TwoPeople.await(() -> expired.status() == Status.DELIVERED);
    assertThat(bob.awaitMailboxEmpty(PATIENCE)).isTrue();
    assertThat(bob.conversationWith(ALICE).messages(10))
        .singleElement()
        .extracting(MessageView::id)
        .isEqualTo(id);
  }

  @Test
  void whatIsYoung_orConfirmed_stays() {
    SentMessage confirmed = toBob.send("confirmed");
    assertThat(confirmed.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    Sotto alice = daysLater(32);
    Conversation bob = alice.conversationWith(Username.of("bob"));
    assertThat(bob.send("young").await(Status.SENT, PATIENCE).reached(Status.SENT)).isTrue();
    assertThat(alice.sentMessage(confirmed.id()).orElseThrow().status())
        .isEqualTo(Status.DELIVERED);
  }

  @Test
  void messageThatWaitsForConfirmation_saysSo() {
    assertThat(toBob.send("hi").await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    toBob.confirmVerified();
    people.of("alice").close();
    Sotto offline = people.openOffline("alice");
    MessageId held = offline.conversationWith(Username.of("bob")).send("secret").id();
    offline.close();
    people.server.leadUsername("bob", people.register("mallory").account().orElseThrow().id());
    Sotto online = people.open("alice");
    SentMessage waiting = online.sentMessage(held).orElseThrow();
    TwoPeople.await(() -> waiting.failure().isPresent());
    assertThat(waiting.status()).isEqualTo(Status.QUEUED);
    assertThat(waiting.failure().orElseThrow().code()).isEqualTo("contact_changed");
    online.conversationWith(Username.of("bob")).confirmVerified();
    assertThat(waiting.await(Status.SENT, PATIENCE).reached(Status.SENT)).isTrue();
    assertThat(waiting.failure()).isEmpty();
  }
}
