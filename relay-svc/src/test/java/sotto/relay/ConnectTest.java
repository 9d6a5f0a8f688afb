package sotto.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.relay.TestRelay.ALICE;
import static sotto.relay.TestRelay.BOB;
import static sotto.relay.TestRelay.await;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sotto.chat.v1.Ack;
import sotto.chat.v1.Hello;
import sotto.proto.Reason;

class ConnectTest {
  private final TestRelay relay = new TestRelay();

  @AfterEach
  void close() {
    relay.close();
  }

  @Test
  void nothingIsReadOrPushed_beforePresenceHasAcknowledged_andWelcomeIsFirst() {
    relay.presence.hold();
    relay.mailbox.put(BOB, "waiting");
    var bob = relay.client(BOB).hello(1);
    await(() -> relay.presence.changes.stream().anyMatch(c -> c.hasConnected()));
    assertThat(bob.frames).isEmpty();
    assertThat(relay.events).doesNotContain("read");

    relay.presence.release();

    var welcome = bob.next();
    assertThat(welcome.hasWelcome()).isTrue();
    assertThat(welcome.getWelcome().getServerTimeMs()).isEqualTo(TestRelay.NOW.toEpochMilli());
    assertThat(welcome.getWelcome().getMissedSinceMs()).isEqualTo(17);
    assertThat(welcome.getWelcome().getLimits().getMaxLane()).isEqualTo(32);
    assertThat(TestClient.texts(bob.deliveries(1))).containsExactly("waiting");
    assertThat(List.copyOf(relay.events)).containsSubsequence("open", "registered", "read");
  }

  @Test
  void presenceThatDoesNotAnswer_delaysAStream_andNothingMore() {
    relay.presence.hold();
    relay.mailbox.put(BOB, "waiting");
    var bob = relay.client(BOB).hello(1);

    relay.advanceUntil(Duration.ofMillis(100), () -> !bob.frames.isEmpty());

    assertThat(bob.next().hasWelcome()).isTrue();
    assertThat(TestClient.texts(bob.deliveries(1))).containsExactly("waiting");
  }

  @Test
  void divergedClient_saysHelloAgainOnTheSameStream() {
    relay.client(BOB).live(5);
    var restored = relay.client(BOB).hello(3);

    assertThat(restored.next().getDiverged().getHighest()).isEqualTo(5);
    restored.live(6);
  }

  @Test
  void clientThatDidNotHearOfTheLastNumber_isDiverged() {
    relay.client(BOB).live(5);
    var behind = relay.client(BOB);
    behind.frame(f -> f.setHello(Hello.newBuilder().setConnectionNumber(6).setHeard(4)));

    assertThat(behind.next().getDiverged().getHighest()).isEqualTo(5);
    behind.frame(f -> f.setHello(Hello.newBuilder().setConnectionNumber(7).setHeard(5)));
    assertThat(behind.next().hasWelcome()).isTrue();
  }

  @Test
  void tooManyHellos_endTheStream() {
    relay.client(BOB).live(5);
    var stubborn = relay.client(BOB);
    for (int i = 0; i < 5; i++) {
      stubborn.hello(1);
      assertThat(stubborn.next().hasDiverged()).isTrue();
    }
    stubborn.hello(1);

    assertThat(stubborn.reason()).isEqualTo(Reason.FRAME_OUT_OF_ORDER);
  }

  @Test
  void removedDevice_isRefused() {
    relay.mailbox.remove(BOB);

    assertThat(relay.client(BOB).hello(1).reason()).isEqualTo(Reason.DEVICE_REMOVED);
  }

  @Test
  void numberFarAboveTheHighest_isRefused() {
    assertThat(relay.client(BOB).hello(1L << 40).reason())
        .isEqualTo(Reason.CONNECTION_NUMBER_TOO_HIGH);
  }

  @Test
  void frameBeforeHello_endsTheStream() {
    var bob = relay.client(BOB);
    bob.ping(1);

    assertThat(bob.reason()).isEqualTo(Reason.FRAME_OUT_OF_ORDER);
  }

  @Test
  void frameBeforeWelcome_endsTheStream() {
    relay.presence.hold();
    var bob = relay.client(BOB).hello(1);
    bob.ping(1);

    assertThat(bob.reason()).isEqualTo(Reason.FRAME_OUT_OF_ORDER);
  }

  @Test
  void secondHello_endsTheStream() {
    assertThat(relay.client(BOB).live(1).hello(2).reason()).isEqualTo(Reason.FRAME_OUT_OF_ORDER);
  }

  @Test
  void giantAckList_endsTheStream_withTheField() {
    var bob = relay.client(BOB).live(1);
    bob.frame(f -> f.setAck(Ack.newBuilder().addAllPositions(Collections.nCopies(1_025, 1L))));

    assertThat(bob.reason()).isEqualTo(Reason.FIELD_OUT_OF_BOUNDS);
  }

  @Test
  void streamWithoutHello_isClosedAfterTenSeconds() {
    var bob = relay.client(BOB);

    relay.advanceUntil(Duration.ofSeconds(1), bob.ended::isDone);

    assertThat(bob.reason()).isEqualTo(Reason.SILENT);
  }

  @Test
  void silentStream_isClosed_andPingsKeepItOpen() {
    var bob = relay.client(BOB).live(1);
    for (int i = 1; i <= 4; i++) {
      relay.advance(Duration.ofSeconds(30));
      bob.ping(i);
      assertThat(bob.next().getPong().getId()).isEqualTo(i);
    }

    relay.advance(Duration.ofSeconds(76));

    assertThat(bob.reason()).isEqualTo(Reason.SILENT);
  }

  @Test
  void newerStream_displacesTheOlder() {
    var older = relay.client(BOB).live(1);
    var newer = relay.client(BOB).live(2);

    assertThat(older.next().hasDisplaced()).isTrue();
    assertThat(older.status().isOk()).isTrue();
    newer.ping(1);
    assertThat(newer.next().hasPong()).isTrue();
  }

  @Test
  void displacedStreamsEnd_leavesTheNewerOneRegistered() {
    var older = relay.client(BOB).live(1);
    relay.client(BOB).live(2);
    assertThat(older.status().isOk()).isTrue();
    var alice = relay.client(ALICE).live(1);

    alice.send(BOB, "to the newer");

    assertThat(alice.result().hasAccepted()).isTrue();
    await(() -> relay.presence.changes.stream().anyMatch(c -> c.hasDisconnected()));
    assertThat(
            relay.presence.changes.stream()
                .filter(c -> c.hasDisconnected())
                .map(c -> c.getDisconnected().getConnectionNumber()))
        .containsExactly(1L);
  }

  @Test
  void presenceThatKnowsAHigherNumber_displaces_andALowerOneDoesNot() {
    var bob = relay.client(BOB).live(5);

    relay.presence.displace(BOB, 5);
    relay.presence.displace(BOB, 4);
    bob.ping(1);
    assertThat(bob.next().hasPong()).isTrue();
    relay.presence.displace(BOB, 6);

    assertThat(bob.next().hasDisplaced()).isTrue();
    assertThat(bob.status().isOk()).isTrue();
  }

  @Test
  void presenceThatForgotEverything_getsItAgain_andStreamsReadOnceMore() {
    var bob = relay.client(BOB).live(1);
    relay.presence.changes.clear();
    relay.mailbox.put(BOB, "nobody told");

    relay.presence.breakStreams();
    relay.advanceUntil(Duration.ofMillis(50), () -> !bob.frames.isEmpty());

    assertThat(TestClient.texts(bob.deliveries(1))).containsExactly("nobody told");
    assertThat(relay.presence.changes)
        .anyMatch(c -> c.hasConnected() && c.getConnected().getConnectionNumber() == 1);
  }

  @Test
  void drain_tellsClientsToGo_takesNoNewOnes_andCloseEndsTheRest() {
    var bob = relay.client(BOB).live(1);

    relay.relay.drain(Duration.ofSeconds(5));
    assertThat(bob.next().getGoingAway().getReconnectAfterMs()).isBetween(1, 5_000);
    assertThat(relay.client(ALICE).reason()).isEqualTo(Reason.SHUTTING_DOWN);
    relay.relay.close();

    assertThat(bob.reason()).isEqualTo(Reason.SHUTTING_DOWN);
    assertThat(relay.relay.isDrained()).isTrue();
  }

  @Test
  void clientThatSaysItIsDone_isClosedWithOk() {
    var bob = relay.client(BOB).live(1);
    bob.out().onCompleted();

    assertThat(bob.status().isOk()).isTrue();
    await(() -> relay.relay.isDrained());
  }

  @Test
  void missedCheck_wakesWhatMissedSomething_andCutsTheRemoved() {
    var bob = relay.client(BOB).live(1);
    var alice = relay.client(ALICE).live(1);
    relay.mailbox.put(BOB, "nobody told");
    relay.mailbox.remove(ALICE);

    for (int i = 0; i < 31; i++) {
      relay.advance(Duration.ofSeconds(30));
      pingIfOpen(bob);
      pingIfOpen(alice);
    }

    await(() -> alice.ended.isDone());
    assertThat(alice.reason()).isEqualTo(Reason.DEVICE_REMOVED);
    await(() -> bob.frames.stream().anyMatch(f -> f.hasDeliver()));
  }

  private static void pingIfOpen(TestClient client) {
    if (!client.ended.isDone()) {
      int before = client.frames.size();
      client.ping(1);
      await(() -> client.frames.size() > before || client.ended.isDone());
    }
  }
}
