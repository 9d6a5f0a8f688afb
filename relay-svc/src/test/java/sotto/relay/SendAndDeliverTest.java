package sotto.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.relay.TestRelay.ALICE;
import static sotto.relay.TestRelay.BOB;
import static sotto.relay.TestRelay.await;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.DeviceEnvelope;
import sotto.chat.v1.Envelope;
import sotto.chat.v1.Ephemeral;
import sotto.chat.v1.MismatchedDevices;
import sotto.chat.v1.SendResult.OutcomeCase;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.Moved;

class SendAndDeliverTest {
  private final TestRelay relay = new TestRelay();

  @AfterEach
  void close() {
    relay.close();
  }

  @Test
  void message_isStored_pushed_ackedAndGone_withoutAReadOfTheMailbox() throws Exception {
    var bob = relay.client(BOB).live(1);
    var alice = relay.client(ALICE).live(1);
    long reads = relay.count("read");

    long request = alice.send(BOB, "hello");
    assertThat(alice.result())
        .matches(r -> r.getRequest() == request && r.getAccepted().getAcceptedAtMs() == 1);
    var delivery = bob.deliveries(1).getFirst();
    var envelope = Envelope.parseFrom(delivery.getEnvelope());
    assertThat(envelope.getSenderAccountId().toByteArray()).isEqualTo(ALICE.account().bytes());
    assertThat(envelope.getSenderDevice()).isEqualTo(1);
    bob.ack(delivery.getPosition());

    await(() -> relay.mailbox.positions(BOB).isEmpty());
    assertThat(relay.count("read")).isEqualTo(reads);
  }

  @Test
  void thousandMessages_arriveInOrder() {
    var bob = relay.client(BOB).live(1);
    var alice = relay.client(ALICE).live(1);
    var texts = IntStream.range(0, 1_000).mapToObj(i -> "m" + i).toList();
    var received = new ArrayList<String>();

    texts.forEach(text -> alice.send(BOB, text));
    while (received.size() < texts.size()) {
      var frame = bob.next();
      for (var delivery : frame.getDeliver().getDeliveriesList()) {
        received.add(TestClient.text(delivery.getEnvelope()));
        bob.ack(delivery.getPosition());
      }
    }

    assertThat(received).isEqualTo(texts);
    await(() -> relay.mailbox.positions(BOB).isEmpty());
  }

  @Test
  void backlog_isDelivered_andQueueEmptyComesOnce_afterItIsAcked() {
    var first = relay.mailbox.put(BOB, "one");
    var second = relay.mailbox.put(BOB, "two");
    var bob = relay.client(BOB).open(1);
    assertThat(TestClient.texts(bob.deliveries(2))).containsExactly("one", "two");
    var alice = relay.client(ALICE).live(1);
    alice.send(BOB, "three");
    var third = bob.deliveries(1).getFirst();

    bob.ack(second);
    bob.ping(1);
    assertThat(bob.next().hasPong()).isTrue();
    bob.ack(first);
    assertThat(bob.next().hasQueueEmpty()).isTrue();
    bob.ack(third.getPosition());
    bob.ping(2);
    assertThat(bob.next().hasPong()).isTrue();
  }

  @Test
  void lostForward_isAHole_thatTheMailboxFillsAfter50Ms() {
    var bob = relay.client(BOB).live(1);
    var alice = relay.client(ALICE).live(1);
    relay.mailbox.put(BOB, "lost");
    alice.send(BOB, "next");
    assertThat(alice.result().hasAccepted()).isTrue();
    bob.ping(1);
    assertThat(bob.next().hasPong()).isTrue();

    relay.advanceUntil(Duration.ofMillis(10), () -> !bob.frames.isEmpty());

    assertThat(TestClient.texts(bob.deliveries(2))).containsExactly("lost", "next");
  }

  @Test
  void failingStore_delaysDelivery_andTheStreamStays() {
    relay.mailbox.put(BOB, "one");
    relay.mailbox.failReads(3);
    var bob = relay.client(BOB).open(1);

    relay.advanceUntil(Duration.ofMillis(50), () -> !bob.frames.isEmpty());

    assertThat(TestClient.texts(bob.deliveries(1))).containsExactly("one");
  }

  @Test
  void slowClient_getsEverythingInOrderLater_andTheSenderIsNotHeldUp() {
    var bob = relay.slowClient(BOB);
    bob.hello(1);
    var alice = relay.client(ALICE).live(1);
    for (int i = 0; i < 600; i++) {
      alice.send(BOB, "m" + i);
    }
    for (int i = 0; i < 600; i++) {
      assertThat(alice.result().hasAccepted()).isTrue();
    }

    var received = new ArrayList<String>();
    while (received.size() < 600) {
      bob.take(1);
      var frame = bob.next();
      for (var delivery : frame.getDeliver().getDeliveriesList()) {
        received.add(TestClient.text(delivery.getEnvelope()));
        bob.ack(delivery.getPosition());
      }
    }
    assertThat(received).isEqualTo(IntStream.range(0, 600).mapToObj(i -> "m" + i).toList());
  }

  @Test
  void clientThatNeverAcks_getsTheWindowAndNoMore() {
    for (int i = 0; i < 300; i++) {
      relay.mailbox.put(BOB, "m" + i);
    }
    var bob = relay.client(BOB).open(1);
    bob.deliveries(256);
    var alice = relay.client(ALICE).live(1);
    alice.send(BOB, "more");
    assertThat(alice.result().hasAccepted()).isTrue();

    bob.ping(1);

    assertThat(bob.next().hasPong()).isTrue();
  }

  @Test
  void refusedSend_takesThoseBehindItAlong_unstored_untilTheGenerationIsRaised() {
    var alice = relay.client(ALICE).live(1);
    relay.mailbox.hold();
    relay.mailbox.answerAppends(append -> is(append, "m1") ? mismatch() : Optional.empty());
    for (int i = 0; i < 4; i++) {
      alice.send(BOB, "m" + i);
    }
    await(() -> relay.mailbox.appends.size() >= 1);
    relay.mailbox.release();

    var outcomes = new ArrayList<OutcomeCase>();
    for (int i = 0; i < 4; i++) {
      outcomes.add(alice.result().getOutcomeCase());
    }
    assertThat(outcomes)
        .containsExactlyInAnyOrder(
            OutcomeCase.ACCEPTED,
            OutcomeCase.MISMATCHED_DEVICES,
            OutcomeCase.RETRY_IN_ORDER,
            OutcomeCase.RETRY_IN_ORDER);
    alice.send(BOB, "m9", 1);
    assertThat(alice.result().hasRetryInOrder()).isTrue();

    relay.mailbox.answerAppends(_ -> Optional.empty());
    for (int i = 1; i < 4; i++) {
      alice.send(BOB, "m" + i, 2);
      assertThat(alice.result().hasAccepted()).isTrue();
    }
    assertThat(relay.mailbox.texts(BOB)).containsExactly("m0", "m1", "m2", "m3");
  }

  @Test
  void movedBucket_isRetriedInOrder_andTheClientNoticesNothing() {
    var alice = relay.client(ALICE).live(1);
    var moves = new HashSet<ByteString>();
    relay.mailbox.answerAppends(append ->
        moves.size() < 3 && moves.add(append.getEnvelopeId())
            ? Optional.of(AppendResult.newBuilder().setMoved(Moved.getDefaultInstance()))
            : Optional.empty());
    for (int i = 0; i < 20; i++) {
      alice.send(BOB, "m" + i);
    }

    relay.advanceUntil(Duration.ofMillis(20), () -> alice.frames.size() == 20);

    assertThat(alice.frames).allMatch(f -> f.getSendResult().hasAccepted());
    assertThat(relay.mailbox.texts(BOB))
        .isEqualTo(IntStream.range(0, 20).mapToObj(i -> "m" + i).toList());
  }

  @Test
  void brokenAppendStream_isOpenedAgain_andWhatHadNoAnswerIsSentInOrder_once() {
    var alice = relay.client(ALICE).live(1);
    alice.send(BOB, "before");
    assertThat(alice.result().hasAccepted()).isTrue();
    relay.mailbox.hold();
    for (int i = 0; i < 10; i++) {
      alice.send(BOB, "m" + i);
    }
    await(() -> relay.mailbox.appends.size() == 11);

    relay.mailbox.breakAppends();
    relay.advanceUntil(Duration.ofMillis(20), () -> alice.frames.size() == 10);

    assertThat(alice.frames).allMatch(f -> f.getSendResult().hasAccepted());
    var expected = new ArrayList<>(List.of("before"));
    IntStream.range(0, 10).forEach(i -> expected.add("m" + i));
    assertThat(relay.mailbox.texts(BOB)).isEqualTo(expected);
  }

  @Test
  void storeThatDoesNotAnswerAppends_getsAnotherStream() {
    var alice = relay.client(ALICE).live(1);
    relay.mailbox.hold();
    alice.send(BOB, "m");
    await(() -> relay.mailbox.appends.size() == 1);

    relay.advanceUntil(Duration.ofSeconds(1), () -> relay.mailbox.appends.size() == 2);

    assertThat(relay.mailbox.appends)
        .extracting(Append::getEnvelopeId)
        .containsOnly(TestClient.id("m"));
  }

  @Test
  void lane_holds32InFlight_andTheRestWaitsWithTheClient() {
    var alice = relay.client(ALICE).live(1);
    alice.send(BOB, "first");
    assertThat(alice.result().hasAccepted()).isTrue();
    relay.mailbox.appends.clear();
    relay.mailbox.hold();
    for (int i = 0; i < 100; i++) {
      alice.send(BOB, "m" + i);
    }
    await(() -> relay.mailbox.appends.size() == 32);
    await(() -> !alice.out().isReady());
    assertThat(alice.frames).isEmpty();

    relay.mailbox.release();

    for (int i = 0; i < 100; i++) {
      assertThat(alice.result().hasAccepted()).isTrue();
    }
    assertThat(relay.mailbox.texts(BOB)).hasSize(101);
  }

  @Test
  void sealedTypeOnAnIdentifiedStream_isInvalid() {
    var alice = relay.client(ALICE).live(1);
    var send = TestClient.send(BOB, "x", 1, 1);
    send.getDevicesBuilder(0).setType(CiphertextType.CIPHERTEXT_TYPE_SEALED);
    alice.frame(f -> f.setSend(send));

    assertThat(alice.result().getInvalid().getField()).isEqualTo("send.devices[0].type");
    assertThat(relay.mailbox.appends).isEmpty();
  }

  @Test
  void deviceNamedTwice_isInvalid() {
    var alice = relay.client(ALICE).live(1);
    var send = TestClient.send(BOB, "x", 1, 1);
    send.addDevices(send.getDevices(0));
    alice.frame(f -> f.setSend(send));

    assertThat(alice.result().getInvalid().getField()).isEqualTo("send.devices[1].device");
  }

  @Test
  void ephemeral_reachesAnOpenStream_andIsNeverStored() throws Exception {
    var bob = relay.client(BOB).live(1);
    var alice = relay.client(ALICE).live(1);
    alice.frame(f ->
        f.setEphemeral(
            Ephemeral.newBuilder()
                .setAccountId(ByteString.copyFrom(BOB.account().bytes()))
                .addDevices(
                    DeviceEnvelope.newBuilder()
                        .setDevice(1)
                        .setType(CiphertextType.CIPHERTEXT_TYPE_RATCHET)
                        .setCiphertext(ByteString.copyFromUtf8("typing")))));

    assertThat(TestClient.text(bob.next().getEphemeral().getEnvelope())).isEqualTo("typing");
    assertThat(relay.mailbox.appends).isEmpty();
    assertThat(relay.mailbox.texts(BOB)).isEmpty();
  }

  @Test
  void unackedPushesOfALostStream_areDeliveredAgainOnTheNext() {
    var bob = relay.client(BOB).live(1);
    var alice = relay.client(ALICE).live(1);
    alice.send(BOB, "one");
    bob.deliveries(1);
    bob.out().cancel("gone", null);

    var again = relay.client(BOB).open(2);

    assertThat(TestClient.texts(again.deliveries(1))).containsExactly("one");
  }

  @Test
  void clientThatLeaves_doesNotTakeTheStreamToTheStoreAlong() {
    var first = relay.client(BOB).live(1);
    first.send(ALICE, "opens the append stream");
    assertThat(first.result().hasAccepted()).isTrue();
    var alice = relay.client(ALICE).open(1);
    alice.deliveries(1);
    relay.mailbox.hold();
    alice.send(BOB, "on its way");
    await(() -> relay.mailbox.appends.size() == 2);

    first.out().cancel("gone", null);
    await(() -> relay.presence.changes.stream().anyMatch(c -> c.hasDisconnected()));
    relay.mailbox.release();

    assertThat(alice.result().hasAccepted()).isTrue();
    assertThat(relay.mailbox.appends).hasSize(2);
  }

  private static boolean is(Append append, String text) {
    return append.getEnvelopeId().equals(TestClient.id(text));
  }

  private static Optional<AppendResult.Builder> mismatch() {
    return Optional.of(
        AppendResult.newBuilder()
            .setEpoch(1)
            .setMismatchedDevices(MismatchedDevices.newBuilder().addMissing(2)));
  }
}
