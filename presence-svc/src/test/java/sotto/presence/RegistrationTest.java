package sotto.presence;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.presence.Relay.connected;
import static sotto.presence.Relay.disconnected;

import com.google.protobuf.ByteString;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountId;
import sotto.presence.v1.AttachRequest;
import sotto.presence.v1.AttachResponse;
import sotto.presence.v1.Change;
import sotto.presence.v1.Changes;
import sotto.presence.v1.Connected;
import sotto.proto.Reason;
import sotto.proto.Statuses;

final class RegistrationTest {
  private static final AccountId ALICE = new AccountId(1, 2);
  private static final AccountId BOB = new AccountId(3, 4);

  private final Pod pod = Pod.settled();

  @AfterEach
  void close() {
    pod.close();
  }

  @Test
  void connectedDevices_areLocated() {
    Relay relay = pod.relay("r1", 1);

    relay.apply(connected(ALICE, 1, 10), connected(ALICE, 2, 3), connected(BOB, 1, 7));

    assertThat(pod.where(ALICE)).containsExactlyInAnyOrder("1@r1#10", "2@r1#3");
    assertThat(pod.where(BOB)).containsExactly("1@r1#7");
  }

  @Test
  void higherNumberWins_andTheLosersRelayIsTold() {
    Relay first = pod.relay("r1", 1);
    Relay second = pod.relay("r2", 1);
    first.apply(connected(ALICE, 1, 10));

    second.apply(connected(ALICE, 1, 11));

    assertThat(pod.where(ALICE)).containsExactly("1@r2#11");
    assertDisplaced(first.next(), ALICE, 1, 11);
    second.hearsNothing();
  }

  @Test
  void lowerNumberThatComesLater_losesAndIsTold() {
    Relay first = pod.relay("r1", 1);
    Relay second = pod.relay("r2", 1);
    first.apply(connected(ALICE, 1, 11));

    second.apply(connected(ALICE, 1, 10));

    assertThat(pod.where(ALICE)).containsExactly("1@r1#11");
    assertDisplaced(second.next(), ALICE, 1, 11);
    first.hearsNothing();
  }

  @Test
  void higherNumberOnTheSameRelay_isNoNotice() {
    Relay relay = pod.relay("r1", 1);
    relay.apply(connected(ALICE, 1, 10), connected(ALICE, 1, 12));

    assertThat(pod.where(ALICE)).containsExactly("1@r1#12");
    relay.hearsNothing();
  }

  @Test
  void equalNumberFromTheSameRelay_registersAgain() {
    Relay relay = pod.relay("r1", 1);
    relay.apply(connected(ALICE, 1, 10), connected(ALICE, 1, 10));

    assertThat(pod.where(ALICE)).containsExactly("1@r1#10");
    relay.hearsNothing();
  }

  @Test
  void equalNumberFromAnotherRelay_changesNothing() {
    Relay first = pod.relay("r1", 1);
    Relay second = pod.relay("r2", 1);
    first.apply(connected(ALICE, 1, 10));
    second.apply(connected(ALICE, 1, 10));

    assertThat(pod.where(ALICE)).containsExactly("1@r1#10");
    first.hearsNothing();
    second.hearsNothing();
  }

  @Test
  void disconnect_removesOnlyItsOwnEntry() {
    Relay first = pod.relay("r1", 1);
    Relay second = pod.relay("r2", 1);
    first.apply(connected(ALICE, 1, 10));
    second.apply(connected(ALICE, 1, 11));

    first.apply(disconnected(ALICE, 1, 10), disconnected(ALICE, 1, 11));
    second.apply(disconnected(ALICE, 1, 10));
    assertThat(pod.where(ALICE)).containsExactly("1@r2#11");

    second.apply(disconnected(ALICE, 1, 11));
    assertThat(pod.where(ALICE)).isEmpty();
  }

  @Test
  void batchesAreAcknowledgedInOrder() {
    Relay relay = pod.relay("r1", 1);
    for (int batch = 1; batch <= 500; batch++) {
      relay.send(
          AttachRequest.newBuilder()
              .setChanges(
                  Changes.newBuilder().setBatch(batch).addChanges(connected(ALICE, 1, batch))));
    }
    for (int batch = 1; batch <= 500; batch++) {
      assertThat(relay.next().getDone().getBatch()).isEqualTo(batch);
    }
    assertThat(pod.where(ALICE)).containsExactly("1@r1#500");
  }

  @Test
  void silentRelaysEntriesEndWithItsLease_andItsStreamFails() {
    Relay silent = pod.relay("r1", 1);
    Relay well = pod.relay("r2", 1);
    silent.apply(connected(ALICE, 1, 10));
    well.apply(connected(BOB, 1, 10));

    for (int i = 0; i < 4; i++) {
      pod.pass(Duration.ofMillis(2_500));
      well.apply(connected(BOB, 2, i + 1));
    }
    assertThat(pod.where(ALICE)).containsExactly("1@r1#10");

    pod.pass(Duration.ofMillis(500));

    assertThat(pod.where(ALICE)).isEmpty();
    assertThat(pod.where(BOB)).hasSize(2);
    assertThat(pod.entries()).isEqualTo(2);
    assertThat(silent.end().flatMap(Statuses::reason)).contains(Reason.SILENT);
  }

  @Test
  void renewKeepsTheLease() {
    Relay relay = pod.relay("r1", 1);
    relay.apply(connected(ALICE, 1, 10));
    for (int i = 0; i < 10; i++) {
      pod.pass(Duration.ofSeconds(3));
      relay.renew();
      relay.hearsNothing();
    }

    assertThat(pod.where(ALICE)).containsExactly("1@r1#10");
  }

  @Test
  void brokenStream_leavesItsEntriesUntilTheLeaseEnds() {
    Relay relay = pod.relay("r1", 1);
    relay.apply(connected(ALICE, 1, 10));
    relay.vanish();

    pod.pass(Duration.ofSeconds(9));
    assertThat(pod.where(ALICE)).containsExactly("1@r1#10");

    pod.pass(Duration.ofSeconds(2));
    assertThat(pod.where(ALICE)).isEmpty();
  }

  @Test
  void sameEpochOnALaterStream_goesOnWithTheEntries() {
    Relay relay = pod.relay("r1", 1);
    relay.apply(connected(ALICE, 1, 10));
    pod.pass(Duration.ofSeconds(9));

    Relay again = pod.relay("r1", 1);
    pod.pass(Duration.ofSeconds(9));

    assertThat(pod.where(ALICE)).containsExactly("1@r1#10");
    assertThat(relay.end().flatMap(Statuses::reason)).contains(Reason.SHUTTING_DOWN);
    again.apply(disconnected(ALICE, 1, 10));
    assertThat(pod.where(ALICE)).isEmpty();
  }

  @Test
  void newEpoch_dropsTheOldOnesEntriesAtOnce() {
    Relay old = pod.relay("r1", 1);
    old.apply(connected(ALICE, 1, 10), connected(BOB, 1, 5));

    Relay anew = pod.relay("r1", 2);
    assertThat(pod.where(ALICE)).isEmpty();
    assertThat(old.end().flatMap(Statuses::reason)).contains(Reason.SHUTTING_DOWN);

    anew.apply(connected(ALICE, 1, 10));
    pod.pass(Duration.ofSeconds(1));
    assertThat(pod.where(ALICE)).containsExactly("1@r1#10");
    assertThat(pod.where(BOB)).isEmpty();
    assertThat(pod.entries()).isEqualTo(1);
  }

  @Test
  void entryOfALapsedRelay_doesNotStandInTheWayOfALowerNumber() {
    Relay dead = pod.relay("r1", 1);
    dead.apply(connected(ALICE, 1, 10));
    dead.vanish();
    pod.pass(Duration.ofSeconds(11));

    Relay relay = pod.relay("r2", 1);
    relay.apply(connected(ALICE, 1, 9));

    assertThat(pod.where(ALICE)).containsExactly("1@r2#9");
    relay.hearsNothing();
  }

  @Test
  void reusedLeaseIndex_inheritsNothing() {
    for (int i = 1; i <= 20; i++) {
      Relay relay = pod.relay("r" + i, 1);
      relay.apply(connected(new AccountId(i, i), 1, 10));
      relay.vanish();
      pod.pass(Duration.ofSeconds(11));
    }

    pod.relay("heir", 1);

    for (int i = 1; i <= 20; i++) {
      assertThat(pod.where(new AccountId(i, i))).isEmpty();
    }
    assertThat(pod.entries()).isZero();
  }

  @Test
  void clockSetAYearAhead_endsNoLease() {
    Relay relay = pod.relay("r1", 1);
    relay.apply(connected(ALICE, 1, 10));

    pod.clock.pass(Duration.ofDays(365));
    pod.pass(Duration.ofSeconds(1));

    assertThat(pod.where(ALICE)).containsExactly("1@r1#10");
  }

  @Test
  void changesBeforeTheLease_areRefused() {
    Relay relay = pod.rawRelay();
    relay.send(
        AttachRequest.newBuilder()
            .setChanges(Changes.newBuilder().setBatch(1).addChanges(connected(ALICE, 1, 1))));

    assertThat(relay.end().flatMap(Statuses::reason)).contains(Reason.FRAME_OUT_OF_ORDER);
    assertThat(pod.where(ALICE)).isEmpty();
  }

  @Test
  void fieldOutOfBounds_endsTheStreamAndRegistersNothing() {
    Relay relay = pod.relay("r1", 1);
    relay.send(
        AttachRequest.newBuilder()
            .setChanges(
                Changes.newBuilder()
                    .addChanges(connected(ALICE, 1, 1))
                    .addChanges(
                        Change.newBuilder()
                            .setConnected(
                                Connected.newBuilder()
                                    .setAccountId(ByteString.copyFrom(new byte[15]))
                                    .setDevice(1)
                                    .setConnectionNumber(1)))));

    assertThat(relay.end().flatMap(Statuses::reason)).contains(Reason.FIELD_OUT_OF_BOUNDS);
    assertThat(pod.where(ALICE)).isEmpty();
  }

  @Test
  void relayThatLeaves_isGoneAtOnce_andNobodyIsAlarmed() {
    Relay other = pod.relay("r2", 1);
    Relay relay = pod.relay("r1", 1);
    relay.apply(connected(ALICE, 1, 10));
    relay.leave();

    assertThat(relay.end()).isEmpty();
    assertThat(pod.where(ALICE)).isEmpty();
    pod.pass(Duration.ofSeconds(1));
    assertThat(pod.entries()).isZero();
    other.hearsNothing();
  }

  @Test
  void lateGoodbyeOfAnOldStream_doesNotEndTheLeaseOfTheNewOne() {
    Relay old = pod.relay("r1", 1);
    pod.relay("r1", 1).apply(connected(ALICE, 1, 10));

    old.leave();

    assertThat(pod.where(ALICE)).containsExactly("1@r1#10");
  }

  @Test
  void relayWhoseLeaseLapses_isReportedToTheOthers() {
    pod.relay("r1", 1);
    pod.pass(Duration.ofSeconds(6));
    Relay other = pod.relay("r2", 1);
    pod.pass(Duration.ofSeconds(5));

    assertThat(other.nextLost()).isEqualTo("r1");
    other.hearsNothing();
  }

  @Test
  void relayThatIsStartedAnew_isReportedToTheOthers_notToItself() {
    Relay other = pod.relay("r2", 1);
    pod.relay("r1", 1);

    Relay fresh = pod.relay("r1", 2);

    assertThat(other.nextLost()).isEqualTo("r1");
    fresh.hearsNothing();
  }

  private static void assertDisplaced(
      AttachResponse frame, AccountId account, int device, long winner) {
    assertThat(frame.getDisplaced().getAccountId()).isEqualTo(ByteString.copyFrom(account.bytes()));
    assertThat(frame.getDisplaced().getDevice()).isEqualTo(device);
    assertThat(frame.getDisplaced().getConnectionNumber()).isEqualTo(winner);
  }
}
