package sotto.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.relay.TestRelay.ALICE;
import static sotto.relay.TestRelay.BOB;
import static sotto.relay.TestRelay.await;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.Envelope;
import sotto.chat.v1.NotAdmitted;
import sotto.chat.v1.RateLimited;
import sotto.chat.v1.SealedSend;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.AppendResult;
import sotto.proto.Reason;

/// Sends of those who do not say who they are.
class SealedSendTest {
  private static final DeviceAddress CAROL = new DeviceAddress(new AccountId(3, 3), DeviceId.FIRST);

  private final TestRelay relay = new TestRelay(TestConfigs.tracing(), List.of());

  @AfterEach
  void close() {
    relay.close();
  }

  @Test
  void sealedMessage_arrives_andNeitherRecipientNorStoreIsToldASender() throws Exception {
    var bob = relay.client(BOB).live(1);
    var nobody = new SealedClient(relay.channel);

    long request = nobody.send(BOB, "hello", 1);

    assertThat(nobody.result())
        .matches(r -> r.getRequest() == request && r.getAccepted().getAcceptedAtMs() == 1);
    var envelope = Envelope.parseFrom(bob.deliveries(1).getFirst().getEnvelope());
    assertThat(envelope)
        .isEqualTo(
            Envelope.newBuilder()
                .setType(CiphertextType.CIPHERTEXT_TYPE_SEALED)
                .setCiphertext(ByteString.copyFromUtf8("hello"))
                .build());
    Append append = TestRelay.take(relay.mailbox.appends);
    assertThat(append.getSenderAccountId()).isEmpty();
    assertThat(append.getSenderDevice()).isZero();
    assertThat(append.getAccessKey()).isEqualTo(SealedClient.KEY);
    assertThat(append.getTraceparent()).isEmpty();
  }

  @Test
  void thousandSealedMessages_arriveInOrder() {
    var bob = relay.client(BOB).live(1);
    var nobody = new SealedClient(relay.channel);
    var texts = IntStream.range(0, 1_000).mapToObj(i -> "m" + i).toList();
    var received = new ArrayList<String>();

    texts.forEach(text -> nobody.send(BOB, text, 1));
    while (received.size() < texts.size()) {
      var frame = bob.next();
      for (var delivery : frame.getDeliver().getDeliveriesList()) {
        received.add(TestClient.text(delivery.getEnvelope()));
        bob.ack(delivery.getPosition());
      }
    }

    assertThat(received).isEqualTo(texts);
  }

  @Test
  void lostAnswer_storesOnce_onAnotherStreamToo() {
    relay.mailbox.loseAnswers();
    var nobody = new SealedClient(relay.channel);
    nobody.send(BOB, "once", 1);
    await(() -> !relay.mailbox.texts(BOB).isEmpty());
    relay.mailbox.breakAppends();
    assertThat(relay.mailbox.texts(BOB)).containsExactly("once");
    nobody.complete();
    assertThat(nobody.end()).isEmpty();
  }

  @Test
  void whoIsNotAdmitted_isTold_andThoseBehindKeepTheirOrder() {
    relay.mailbox.answerAppends(append ->
        append.getDevices(0).getEnvelope().toStringUtf8().contains("m0")
            ? Optional.of(
                AppendResult.newBuilder().setNotAdmitted(NotAdmitted.getDefaultInstance()))
            : Optional.empty());
    var nobody = new SealedClient(relay.channel);
    nobody.send(BOB, "m0", 1);
    nobody.send(BOB, "m1", 1);

    assertThat(nobody.result().hasNotAdmitted()).isTrue();
    assertThat(nobody.result().hasRetryInOrder()).isTrue();
    nobody.send(CAROL, "m2", 1);
    assertThat(nobody.result().hasAccepted()).isTrue();
    nobody.send(BOB, "m1", 2);
    assertThat(nobody.result().hasAccepted()).isTrue();
    assertThat(relay.mailbox.texts(BOB)).containsExactly("m1");
  }

  @Test
  void limitOfTheRecipient_isPassedOn() {
    relay.mailbox.answerAppends(_ ->
        Optional.of(
            AppendResult.newBuilder()
                .setRateLimited(
                    RateLimited.newBuilder().setRetryAfterMs(7).setLimit("sealed-per-recipient"))));
    var nobody = new SealedClient(relay.channel);
    nobody.send(BOB, "m0", 1);
    assertThat(nobody.result().getRateLimited().getRetryAfterMs()).isEqualTo(7);
  }

  @Test
  void anythingThatCouldTellTheSender_isInvalid() {
    var nobody = new SealedClient(relay.channel);
    nobody.send(TestClient.send(BOB, "not sealed", 1, 1));
    assertThat(nobody.result().getInvalid().getField()).isEqualTo("send.devices[0].type");
    nobody.send(
        SealedClient.sealed(TestClient.send(BOB, "traced", 2, 2))
            .setTraceparent("00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"));
    assertThat(nobody.result().getInvalid().getField()).isEqualTo("send.traceparent");
    assertThat(relay.mailbox.texts(BOB)).isEmpty();
  }

  @Test
  void sendWithoutAKey_endsTheStream() {
    var nobody = new SealedClient(relay.channel);
    nobody.raw(
        SealedSend.newBuilder()
            .setSend(SealedClient.sealed(TestClient.send(BOB, "keyless", 1, 1)))
            .build());
    assertThat(nobody.end()).contains(Reason.FIELD_OUT_OF_BOUNDS);
    assertThat(relay.mailbox.texts(BOB)).isEmpty();
  }

  @Test
  void silentStream_ends_andOneThatSendsDoesNot() {
    var nobody = new SealedClient(relay.channel);
    var quiet = new SealedClient(relay.channel);
    nobody.send(BOB, "m0", 1);
    quiet.send(BOB, "q0", 1);
    assertThat(nobody.result().hasAccepted()).isTrue();
    assertThat(quiet.result().hasAccepted()).isTrue();
    relay.advance(Duration.ofSeconds(60));
    nobody.send(BOB, "m1", 1);
    assertThat(nobody.result().hasAccepted()).isTrue();
    relay.advance(Duration.ofSeconds(20));
    assertThat(quiet.end()).isEmpty();
    nobody.send(BOB, "m2", 1);
    assertThat(nobody.result().hasAccepted()).isTrue();
  }

  @Test
  void relayThatLeaves_answersWhatItHas_andThenEndsTheStream() {
    var nobody = new SealedClient(relay.channel);
    relay.mailbox.hold();
    nobody.send(BOB, "m0", 1);
    await(() -> relay.mailbox.appends.size() == 1);
    relay.relay.drain(Duration.ofSeconds(1));
    assertThat(relay.relay.isDrained()).isFalse();
    relay.mailbox.release();
    assertThat(nobody.result().hasAccepted()).isTrue();
    assertThat(nobody.end()).contains(Reason.SHUTTING_DOWN);
    await(relay.relay::isDrained);
    assertThat(new SealedClient(relay.channel).end()).contains(Reason.SHUTTING_DOWN);
  }

  @Test
  void sealedStream_isNoDevicesStream() {
    var alice = relay.client(ALICE).live(1);
    var nobody = new SealedClient(relay.channel);
    nobody.send(BOB, "m0", 1);
    assertThat(nobody.result().hasAccepted()).isTrue();
    alice.ping(1);
    assertThat(alice.next().hasPong()).isTrue();
    assertThat(
            Objects.requireNonNull(relay.relay.forOperators().measures().get("sotto.relay.streams"))
                .getAsLong())
        .isEqualTo(1);
  }
}
