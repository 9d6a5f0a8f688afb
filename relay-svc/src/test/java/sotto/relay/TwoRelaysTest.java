package sotto.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.relay.TestRelay.ALICE;
import static sotto.relay.TestRelay.BOB;
import static sotto.relay.TestRelay.await;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.DeviceEnvelope;
import sotto.chat.v1.Ephemeral;

/// Bob's stream is on another relay than Alice's.
class TwoRelaysTest {
  private final TestRelay relay = new TestRelay();
  private final Channel second = relay.secondRelay(TestConfigs.named("second"));

  @AfterEach
  void close() {
    relay.close();
  }

  @Test
  void message_isForwardedToTheOtherRelay_withoutAReadThere() {
    var bob = relay.client(second, BOB).live(1);
    var alice = relay.client(ALICE).live(1);
    long reads = relay.count("read");
    var texts = IntStream.range(0, 200).mapToObj(i -> "m" + i).toList();

    texts.forEach(text -> alice.send(BOB, text));

    var received = new ArrayList<String>();
    while (received.size() < texts.size()) {
      received.addAll(TestClient.texts(bob.next().getDeliver().getDeliveriesList()));
    }
    assertThat(received).isEqualTo(texts);
    assertThat(relay.count("read")).isEqualTo(reads);
  }

  @Test
  void deviceThatMovedToAnotherRelay_isFoundAgain_afterNotHere() {
    var bob = relay.client(second, BOB).live(1);
    var alice = relay.client(ALICE).live(1);
    alice.send(BOB, "one");
    var one = bob.deliveries(1).getFirst();
    bob.ack(one.getPosition());
    await(() -> relay.mailbox.positions(BOB).isEmpty());
    bob.out().onCompleted();
    assertThat(bob.status().isOk()).isTrue();
    var third = relay.client(relay.secondRelay(TestConfigs.named("third")), BOB).live(2);

    // The cached location is the second relay's.
    alice.send(BOB, "two");

    assertThat(TestClient.texts(third.deliveries(1))).containsExactly("two");
  }

  @Test
  void presenceThatDoesNotAnswer_isAskedAgain_untilItDoes() {
    var bob = relay.client(second, BOB).live(1);
    var alice = relay.client(ALICE).live(1);
    relay.presence.mute(true);
    alice.send(BOB, "while nobody knew");
    assertThat(alice.next().getSendResult().hasAccepted()).isTrue();
    relay.advance(Duration.ofSeconds(5));
    assertThat(bob.frames).isEmpty();

    relay.presence.mute(false);
    relay.advanceUntil(Duration.ofMillis(100), () -> !bob.frames.isEmpty());

    assertThat(TestClient.texts(bob.deliveries(1))).containsExactly("while nobody knew");
  }

  @Test
  void displacedStreamWithUnackedPushes_wakesTheDevicesNewRelay() {
    var old = relay.client(second, BOB).live(1);
    var alice = relay.client(ALICE).live(1);
    var fresh = relay.client(BOB).live(2);
    relay.mailbox.put(BOB, "nobody told");
    relay.presence.displace(BOB, 2);
    assertThat(old.next().hasDisplaced()).isTrue();
    alice.ping(1);
    assertThat(alice.next().hasPong()).isTrue();
    // Nothing was unacked on the old one: the new one is not woken.
    assertThat(fresh.frames).isEmpty();
  }

  @Test
  void ephemeral_reachesTheOtherRelay() {
    var bob = relay.client(second, BOB).live(1);
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
  }

  @Test
  void lostUnackedPush_onTheOldRelay_isReadByTheNew() {
    var old = relay.client(second, BOB).live(1);
    var alice = relay.client(ALICE).live(1);
    alice.send(BOB, "seen by the old one only");
    old.deliveries(1);
    var fresh = relay.client(BOB).open(2);

    assertThat(TestClient.texts(fresh.deliveries(1))).containsExactly("seen by the old one only");
    relay.presence.displace(BOB, 2);
    assertThat(old.next().hasDisplaced()).isTrue();
    relay.advance(Duration.ofSeconds(1));
    fresh.ping(1);
    assertThat(fresh.next().hasPong()).isTrue();
  }

  @Test
  void relayWhoseLeaseLapses_makesTheOthersReadWhatItOwedThem_once() {
    var bob = relay.client(BOB).live(1);
    relay.mailbox.put(BOB, "never forwarded");
    long checks = relay.count("checked");

    relay.presence.lost("second");
    relay.presence.lost("second");
    relay.advanceUntil(Duration.ofMillis(100), () -> !bob.frames.isEmpty());

    assertThat(TestClient.texts(bob.deliveries(1))).containsExactly("never forwarded");
    relay.advance(Duration.ofSeconds(2));
    assertThat(relay.count("checked")).isEqualTo(checks + 1);
  }

  @Test
  void brokenStreamOfAnotherRelay_makesThisOneReadWhatItWasOwed() {
    var bob = relay.client(BOB).live(1);
    var alice = relay.client(second, ALICE).live(1);
    alice.send(BOB, "one");
    bob.ack(bob.deliveries(1).getFirst().getPosition());
    await(() -> relay.mailbox.positions(BOB).isEmpty());
    relay.mailbox.put(BOB, "never forwarded");

    relay.breakPeerStreams(relay.config().name());
    relay.advanceUntil(Duration.ofMillis(100), () -> !bob.frames.isEmpty());

    assertThat(TestClient.texts(bob.deliveries(1))).containsExactly("never forwarded");
  }
}
