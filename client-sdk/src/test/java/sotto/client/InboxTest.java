package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.client.TwoPeople.PATIENCE;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.DeviceEnvelope;
import sotto.chat.v1.Envelope;
import sotto.chat.v1.Send;

/// Everything that arrives has an outcome and is acked; nothing forged stops a device.
final class InboxTest {
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

  private Envelope forged(String sender, byte[] ciphertext) {
    return Envelope.newBuilder()
        .setSenderAccountId(ByteString.copyFrom(people.id(sender).bytes()))
        .setSenderDevice(1)
        .setType(CiphertextType.CIPHERTEXT_TYPE_RATCHET)
        .setCiphertext(ByteString.copyFrom(ciphertext))
        .build();
  }

  private void awaitEmptyMailbox(String name) {
    TwoPeople.await(() -> people.server.mailboxSize(people.id(name)) == 0);
  }

  @Test
  void forgedEnvelopes_areAckedAndAreOneRow_andTheNextMessageArrives() {
    Conversation bob = people.aliceToBob();
    assertThat(bob.send("first").await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    Random random = new Random(42);
    for (int i = 0; i < 256; i++) {
      byte[] garbage = new byte[1 + random.nextInt(300)];
      random.nextBytes(garbage);
      // A version byte that is looked into.
      garbage[0] = 0x44;
      people.server.forge(people.id("bob"), forged("alice", garbage));
    }
    awaitEmptyMailbox("bob");
    assertThat(bob.send("second").await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    List<MessageView> messages =
        people.of("bob").conversationWith(Username.of("alice")).messages(1000);
    assertThat(messages.stream().filter(m -> m.kind() == MessageView.Kind.UNDECRYPTABLE))
        .hasSizeLessThanOrEqualTo(1);
    assertThat(messages.stream().map(MessageView::text)).contains("first", "second");
  }

  @Test
  void bytesThatAreNoEnvelope_areAcked() {
    var _ = people.register("bob");
    Random random = new Random(7);
    for (int i = 0; i < 100; i++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      people.server.forge(people.id("bob"), bytes);
    }
    awaitEmptyMailbox("bob");
    assertThat(people.of("bob").conversations()).isEmpty();
  }

  @Test
  void deviceThatIsNoneOfTheAccounts_isFetchedForAndDropped() {
    Conversation bob = people.aliceToBob();
    assertThat(bob.send("first").await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    people.server.forge(
        people.id("bob"),
        forged("alice", new byte[] {0x44, 1, 2, 3}).toBuilder().setSenderDevice(9).build());
    awaitEmptyMailbox("bob");
    assertThat(people.of("bob").awaitMailboxEmpty(PATIENCE)).isTrue();
    assertThat(people.of("bob").conversationWith(Username.of("alice")).messages(10)).hasSize(1);
  }

  @Test
  void sameCiphertextTwice_isOneMessage() {
    Conversation bob = people.aliceToBob();
    people.server.holdDelivery();
    assertThat(bob.send("once").await(Status.SENT, PATIENCE)).isEqualTo(Status.SENT);
    Send frame = people.server.stored().getLast();
    DeviceEnvelope envelope = frame.getDevices(0);
    Envelope copy =
        forged("alice", envelope.getCiphertext().toByteArray()).toBuilder()
            .setType(envelope.getType())
            .build();
    people.server.forge(people.id("bob"), copy);
    people.server.forge(people.id("bob"), copy);
    people.server.deliverAgain();
    awaitEmptyMailbox("bob");
    assertThat(people.of("bob").awaitMailboxEmpty(PATIENCE)).isTrue();
    List<MessageView> messages = people.of("bob").conversationWith(people.id("alice")).messages(10);
    assertThat(messages).hasSize(1);
    assertThat(messages.getFirst().text()).isEqualTo("once");
  }

  @Test
  void ciphertextForSomeoneElse_meansNothing() {
    Conversation bob = people.aliceToBob();
    var _ = people.register("carol");
    people.server.holdDelivery();
    assertThat(bob.send("for bob").await(Status.SENT, PATIENCE)).isEqualTo(Status.SENT);
    DeviceEnvelope envelope = people.server.stored().getLast().getDevices(0);
    people.server.forge(
        people.id("carol"),
        forged("alice", envelope.getCiphertext().toByteArray()).toBuilder()
            .setType(envelope.getType())
            .build());
    people.server.deliverAgain();
    awaitEmptyMailbox("carol");
    assertThat(people.of("carol").search(SearchQuery.of("bob"))).isEmpty();
  }

  /// Two messages at one place of the history: a page could leave one out.
  @Test
  void ownMessagesIdFromThePeer_isAckedAndDropped_andTheNextMessageArrives() {
    Conversation bob = people.aliceToBob();
    SentMessage own = bob.send("mine");
    assertThat(own.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    people.of("bob").close();
    Sotto offline = people.openOffline("bob");
    SentMessage echo = offline.conversationWith(people.id("alice")).send("echo");
    offline.close();
    PastWriter.inStore(
        people.home("bob"),
        store ->
            store
                .sql()
                .update(
                    "UPDATE message SET message_id = ? WHERE message_id = ?",
                    own.id().bytes(),
                    echo.id().bytes()));
    Sotto bobs = people.open("bob");
    assertThat(bobs.awaitOutbox(PATIENCE)).isTrue();
    awaitEmptyMailbox("alice");
    assertThat(
            bobs.conversationWith(people.id("alice"))
                .send("after")
                .await(Status.DELIVERED, PATIENCE))
        .isEqualTo(Status.DELIVERED);
    assertThat(bob.messages(10).stream().map(MessageView::text)).containsExactly("mine", "after");
  }

  @Test
  void lostSession_healsByItself() {
    Conversation bob = people.aliceToBob();
    assertThat(bob.send("first").await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    Sotto bobs = people.of("bob");
    Conversation alice = bobs.conversationWith(Username.of("alice"));
    assertThat(alice.send("answer").await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    bobs.close();
    TwoPeople.forgetSessions(people.home("bob"));

    SentMessage unreadable = bob.send("unreadable at first");
    assertThat(unreadable.await(Status.SENT, PATIENCE)).isEqualTo(Status.SENT);
    Sotto again = people.open("bob");
    assertThat(unreadable.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    List<MessageView> messages = again.conversationWith(people.id("alice")).messages(10);
    assertThat(messages.stream().map(MessageView::text))
        .containsExactly("first", "answer", "unreadable at first");
  }

  /// The sender goes on with the session's beginning, whose last-resort key was used before.
  @Test
  void sessionLostBeforeItWasAnswered_healsByItself() {
    Conversation bob = people.aliceToBob();
    people.of("bob").close();
    people.server.dropOneTimeKeys(people.id("bob"), 0);
    bob.send("first").await(Status.SENT, PATIENCE);
    people.of("alice").close();
    Sotto bobs = people.open("bob");
    assertThat(bobs.awaitMailboxEmpty(PATIENCE)).isTrue();
    assertThat(bobs.awaitOutbox(PATIENCE)).isTrue();
    bobs.close();
    TwoPeople.forgetSessions(people.home("bob"));

    people.server.holdDelivery();
    Sotto alices = people.open("alice");
    SentMessage second = alices.conversationWith(Username.of("bob")).send("second");
    assertThat(second.await(Status.SENT, PATIENCE)).isEqualTo(Status.SENT);
    Sotto again = people.open("bob");
    again.awaitOnline(PATIENCE);
    people.server.deliverAgain();
    assertThat(second.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    assertThat(
            again.conversationWith(people.id("alice")).messages(10).stream().map(MessageView::text))
        .containsExactly("first", "second");
  }

  @Test
  void storeThatCannotBeWritten_acksNothing_andLosesNothing() {
    Conversation bob = people.aliceToBob();
    assertThat(bob.send("first").await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    Sotto bobs = people.of("bob");
    bobs.limitStore(0);
    people.server.holdDelivery();
    SentMessage big = bob.send("x".repeat(60_000));
    assertThat(big.await(Status.SENT, PATIENCE)).isEqualTo(Status.SENT);
    people.server.deliverAgain();
    AtomicReference<Connection> blocked = new AtomicReference<>(bobs.connection());
    TwoPeople.await(() -> {
      blocked.set(bobs.connection());
      return blocked.get().state() == Connection.State.STORAGE_BLOCKED;
    });
    assertThat(blocked.get().problem().orElseThrow().code())
        .isEqualTo(SottoException.Code.STORAGE_FULL);
    assertThat(people.server.mailboxSize(people.id("bob"))).isPositive();
    bobs.limitStore(1_000_000);
    assertThat(big.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    assertThat(bobs.conversationWith(people.id("alice")).messages(10)).hasSize(2);
  }

  @Test
  void receiptsOfASecond_areOneEnvelope() {
    Conversation bob = people.aliceToBob();
    people.server.holdDelivery();
    for (int i = 0; i < 100; i++) {
      bob.send("message " + i);
    }
    assertThat(people.of("alice").awaitOutbox(PATIENCE)).isTrue();
    int before = people.server.stored().size();
    people.server.deliverAgain();
    TwoPeople.await(() -> bob.messages(100).stream().allMatch(m -> m.status() == Status.DELIVERED));
    assertThat(people.server.stored().size() - before).isLessThanOrEqualTo(3);
  }

  @Test
  void moreReceiptsThanOneEnvelopeHolds_allGo() {
    Conversation bob = people.aliceToBob();
    people.server.holdDelivery();
    for (int i = 0; i < 600; i++) {
      bob.send("message " + i);
    }
    assertThat(people.of("alice").awaitOutbox(PATIENCE)).isTrue();
    people.server.deliverAgain();
    TwoPeople.await(() -> bob.messages(600).stream().allMatch(m -> m.status() == Status.DELIVERED));
  }

  @Test
  void receiptFromAStranger_movesNothing() {
    Conversation bob = people.aliceToBob();
    var _ = people.register("carol");
    people.of("bob").close();
    SentMessage sent = bob.send("not yet");
    assertThat(sent.await(Status.SENT, PATIENCE)).isEqualTo(Status.SENT);
    Sotto carol = people.of("carol");
    Conversation alice = carol.conversationWith(Username.of("alice"));
    assertThat(alice.send("hi").await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    assertThat(sent.status()).isEqualTo(Status.SENT);
    assertThat(sent.await(Status.DELIVERED, Duration.ofMillis(50))).isEqualTo(Status.SENT);
    assertThat(Optional.of(sent.id())).isPresent();
  }

  @Test
  void textsComeBackAsTheyWereSent() {
    Conversation bob = people.aliceToBob();
    List<String> texts =
        List.of(
            "héllo 👩‍👩‍👧‍👦 🇫🇷",
            "\u05e9\u05dc\u05d5\u05dd \u202eabc\u202c",
            "zero\u200bwidth\u200d\ufeff",
            "𝒳𐍈 four bytes",
            "\u001b[31mred\u0000\u0007",
            "x".repeat(65_536),
            "👍".repeat(16_384));
    for (String text : texts) {
      assertThat(bob.send(text).await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    }
    assertThat(
            people.of("bob").conversationWith(people.id("alice")).messages(10).stream()
                .map(MessageView::text))
        .containsExactlyElementsOf(texts);
  }

  @Test
  void textsOutOfBounds_areRefusedHere() {
    Conversation bob = people.aliceToBob();
    for (String text : List.of("", "x".repeat(65_537), "half \ud83d")) {
      SottoException refused =
          org.junit.jupiter.api.Assertions.assertThrows(SottoException.class, () -> bob.send(text));
      assertThat(refused.code()).isEqualTo(SottoException.Code.INVALID_INPUT);
      assertThat(refused.field()).hasValue("text");
    }
  }
}
