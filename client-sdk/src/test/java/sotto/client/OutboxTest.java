package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.client.TwoPeople.PATIENCE;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chat.v1.DeviceEnvelope;
import sotto.chat.v1.MismatchedDevices;
import sotto.chat.v1.RateLimited;
import sotto.chat.v1.Send;
import sotto.chat.v1.SendResult;
import sotto.chat.v1.TooLarge;

/// The lane to one account: encrypted once, in order, whatever the server answers.
final class OutboxTest {
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

  private List<Send> sends() {
    return people.server.received().stream()
        .filter(s -> s.getAccountId().equals(ByteString.copyFrom(people.id("bob").bytes())))
        .toList();
  }

  private static ByteString ciphertext(Send send) {
    return send.getDevices(0).getCiphertext();
  }

  @Test
  void retryAfterLostReply_sendsTheSameBytesAndIsStoredOnce() {
    Conversation bob = people.aliceToBob();
    people.server.holdDelivery();
    people.server.loseResults = true;
    SentMessage sent = bob.send("once");
    TwoPeople.await(() -> sends().size() == 1);
    people.server.loseResults = false;
    people.server.cut(people.id("alice"));

    assertThat(sent.await(Status.SENT, PATIENCE)).isEqualTo(Status.SENT);
    assertThat(sends()).hasSizeGreaterThanOrEqualTo(2);
    assertThat(sends().stream().map(OutboxTest::ciphertext).distinct()).hasSize(1);
    assertThat(sends().stream().map(Send::getEnvelopeId).distinct()).hasSize(1);
    assertThat(people.server.mailboxSize(people.id("bob"))).isEqualTo(1);
  }

  @Test
  void reopenedAfterALostReply_sendsTheSameBytes() {
    Conversation bob = people.aliceToBob();
    people.server.holdDelivery();
    people.server.loseResults = true;
    SentMessage sent = bob.send("once");
    TwoPeople.await(() -> sends().size() == 1);
    people.of("alice").close();
    people.server.loseResults = false;

    Sotto again = people.open("alice");
    assertThat(again.awaitOutbox(PATIENCE)).isTrue();
    assertThat(again.message(sent.id()).orElseThrow().status()).isEqualTo(Status.SENT);
    assertThat(sends().stream().map(OutboxTest::ciphertext).distinct()).hasSize(1);
    assertThat(people.server.mailboxSize(people.id("bob"))).isEqualTo(1);
  }

  @Test
  void refusalInTheMiddle_keepsTheOrderOfWhatFollows() {
    Conversation bob = people.aliceToBob();
    assertThat(bob.send("first").await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    AtomicInteger frames = new AtomicInteger();
    people.server.refusal =
        _ ->
            frames.incrementAndGet() % 7 == 3
                ? Optional.of(
                    SendResult.newBuilder()
                        .setRateLimited(RateLimited.newBuilder().setRetryAfterMs(1))
                        .build())
                : Optional.empty();
    List<SentMessage> sent = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      sent.add(bob.send("message " + i));
    }
    sent.forEach(m -> assertThat(m.await(Status.SENT, PATIENCE).reached(Status.SENT)).isTrue());

    Sotto bobs = people.of("bob");
    TwoPeople.await(() -> bobs.search(SearchQuery.of("message").limit(100)).size() == 60);
    List<String> inOrderOfArrival = new ArrayList<>();
    try (EventStream events = bobs.events("order")) {
      while (inOrderOfArrival.size() < 60) {
        Event event = events.next(Duration.ofSeconds(5)).orElseThrow();
        if (event instanceof Event.MessageReceived r && !r.message().text().equals("first")) {
          inOrderOfArrival.add(r.message().text());
        }
      }
    }
    assertThat(inOrderOfArrival)
        .containsExactlyElementsOf(IntStream.range(0, 60).mapToObj(i -> "message " + i).toList());
  }

  @Test
  void noMoreThan32AreInFlight() {
    Conversation bob = people.aliceToBob();
    assertThat(bob.send("first").await(Status.SENT, PATIENCE).reached(Status.SENT)).isTrue();
    people.server.loseResults = true;
    int before = sends().size();
    for (int i = 0; i < 50; i++) {
      bob.send("message " + i);
    }
    TwoPeople.await(() -> sends().size() >= before + 32);
    // A frame beyond the lane would have been sent with these.
    assertThat(bob.peer().name()).isEqualTo("bob");
    assertThat(sends()).hasSize(before + 32);
  }

  @Test
  void staleDevice_isEncryptedAgainForThatDeviceOnly() {
    Conversation bob = people.aliceToBob();
    assertThat(bob.send("first").await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    AtomicInteger refusals = new AtomicInteger();
    people.server.refusal =
        _ ->
            refusals.getAndIncrement() == 0
                ? Optional.of(
                    SendResult.newBuilder()
                        .setMismatchedDevices(MismatchedDevices.newBuilder().addStale(1))
                        .build())
                : Optional.empty();
    int before = sends().size();
    SentMessage sent = bob.send("second");
    assertThat(sent.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    List<Send> rounds = sends().subList(before, sends().size());
    assertThat(rounds).hasSize(2);
    assertThat(rounds.get(0).getEnvelopeId()).isEqualTo(rounds.get(1).getEnvelopeId());
    assertThat(ciphertext(rounds.get(0))).isNotEqualTo(ciphertext(rounds.get(1)));
    assertThat(rounds.get(1).getLaneGeneration()).isGreaterThan(rounds.get(0).getLaneGeneration());
  }

  @Test
  void deviceListThatNeverFits_failsAfterFiveRounds_andTheLaneGoesOn() {
    Conversation bob = people.aliceToBob();
    AtomicInteger refusals = new AtomicInteger();
    people.server.refusal =
        _ ->
            refusals.getAndIncrement() < 6
                ? Optional.of(
                    SendResult.newBuilder()
                        .setMismatchedDevices(MismatchedDevices.newBuilder().addStale(1))
                        .build())
                : Optional.empty();
    SentMessage sent = bob.send("never");
    assertThat(sent.await(Status.SENT, PATIENCE)).isEqualTo(Status.FAILED);
    assertThat(sent.failure().orElseThrow().code()).isEqualTo("still_mismatched");
    assertThat(bob.send("after").await(Status.SENT, PATIENCE).reached(Status.SENT)).isTrue();
  }

  @Test
  void permanentRefusal_failsThatMessage_andTheLaneGoesOn() {
    Conversation bob = people.aliceToBob();
    AtomicInteger frames = new AtomicInteger();
    people.server.refusal =
        _ ->
            frames.getAndIncrement() == 0
                ? Optional.of(
                    SendResult.newBuilder().setTooLarge(TooLarge.getDefaultInstance()).build())
                : Optional.empty();
    SentMessage refused = bob.send("too large");
    SentMessage after = bob.send("fits");
    assertThat(after.await(Status.SENT, PATIENCE).reached(Status.SENT)).isTrue();
    assertThat(refused.status()).isEqualTo(Status.FAILED);
    assertThat(refused.failure().orElseThrow().code()).isEqualTo("too_large");
    assertThat(refused.failure().orElseThrow().retryable()).isFalse();
  }

  @Test
  void passingRefusal_showsItsReasonAndGoesLater() {
    Conversation bob = people.aliceToBob();
    people.server.refusal =
        _ ->
            Optional.of(
                SendResult.newBuilder()
                    .setRateLimited(RateLimited.newBuilder().setRetryAfterMs(50))
                    .build());
    SentMessage sent = bob.send("patience");
    TwoPeople.await(() -> sent.failure().isPresent());
    assertThat(sent.failure().orElseThrow().code()).isEqualTo("rate_limited");
    assertThat(sent.status()).isEqualTo(Status.QUEUED);
    people.server.refusal = _ -> Optional.empty();
    assertThat(sent.await(Status.SENT, PATIENCE).reached(Status.SENT)).isTrue();
    assertThat(sent.failure()).isEmpty();
  }

  @Test
  void accountThatIsGone_failsItsMessages() {
    Conversation bob = people.aliceToBob();
    people.server.forget(people.id("bob"));
    SentMessage sent = bob.send("anyone?");
    assertThat(sent.await(Status.SENT, PATIENCE)).isEqualTo(Status.FAILED);
    assertThat(sent.failure().orElseThrow().code()).isEqualTo("account_gone");
  }

  @Test
  void nameThatNobodyHasWhenItIsLookedUp_isLookedUpAgainForWhatIsWrittenLater() {
    Sotto alice = people.register("alice");
    people.server.stop();
    TwoPeople.await(() -> alice.connection().state() == Connection.State.CONNECTING);
    Conversation carol = alice.conversationWith(Username.of("carol"));
    people.server.restart();
    alice.awaitOnline(PATIENCE);
    // The name was looked up, and the empty conversation is gone.
    assertThat(alice.awaitMailboxEmpty(PATIENCE)).isTrue();

    SentMessage sent = carol.send("anyone?");

    assertThat(sent.await(Status.SENT, PATIENCE)).isEqualTo(Status.FAILED);
    assertThat(sent.failure().orElseThrow().code()).isEqualTo("unknown_recipient");
  }

  @Test
  void fourteenDaysAfterTheFirstAttempt_itExpires() {
    Conversation bob = people.aliceToBob();
    people.of("bob").close(); // his receipt would tell that it arrived
    people.server.loseResults = true;
    SentMessage sent = bob.send("stale");
    TwoPeople.await(() -> sends().size() == 1);
    people.of("alice").close();
    people.server.timeOffset = Duration.ofDays(15).toMillis();
    people.server.refusal =
        _ ->
            Optional.of(SendResult.newBuilder().setTooLarge(TooLarge.getDefaultInstance()).build());
    Sotto later = people.open("alice");
    TwoPeople.await(() -> later.message(sent.id()).orElseThrow().status() == Status.FAILED);
    assertThat(later.message(sent.id()).orElseThrow().failure().orElseThrow().code())
        .isEqualTo("expired");
  }

  @Test
  void clockWrongByAYear_sendsTheServersTime() {
    var _ = people.register("bob");
    people.server.timeOffset = 0;
    Options wrong =
        Options.defaults().withClock(Clock.offset(Clock.systemUTC(), Duration.ofDays(-365)));
    Sotto alice = people.open("alice", wrong);
    var _ = alice.register(people.server.address(), Username.of("alice"));
    alice.awaitOnline(PATIENCE);
    SentMessage sent = alice.conversationWith(Username.of("bob")).send("when?");
    assertThat(sent.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    assertThat(Duration.between(sent.view().sentAt(), java.time.Instant.now()).abs())
        .isLessThan(Duration.ofMinutes(5));
  }

  @Test
  void messagesOfOneConversation_haveRisingTimes() {
    Conversation bob = people.aliceToBob();
    people.of("alice").close();
    Sotto offline = people.openOffline("alice");
    Conversation conversation = offline.conversationWith(Username.of("bob"));
    for (int i = 0; i < 20; i++) {
      conversation.send("burst " + i);
    }
    offline.close();
    Sotto online = people.open("alice");
    assertThat(online.awaitOutbox(PATIENCE)).isTrue();
    List<MessageView> messages = online.conversationWith(Username.of("bob")).messages(100);
    assertThat(messages.stream().map(MessageView::text))
        .containsExactlyElementsOf(IntStream.range(0, 20).mapToObj(i -> "burst " + i).toList());
    Set<java.time.Instant> times = new HashSet<>();
    messages.forEach(m -> assertThat(times.add(m.sentAt())).isTrue());
    assertThat(bob).isNotNull();
  }

  @Test
  void everyEnvelopeHasItsOwnIdAndKey() {
    Conversation bob = people.aliceToBob();
    for (int i = 0; i < 10; i++) {
      assertThat(bob.send("same").await(Status.SENT, PATIENCE).reached(Status.SENT)).isTrue();
    }
    List<DeviceEnvelope> envelopes =
        sends().stream().flatMap(s -> s.getDevicesList().stream()).toList();
    assertThat(envelopes.stream().map(DeviceEnvelope::getCiphertext).distinct().count())
        .isEqualTo(envelopes.size());
    assertThat(sends().stream().map(Send::getEnvelopeId).distinct().count())
        .isEqualTo(sends().size());
  }
}
