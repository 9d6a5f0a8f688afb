package sotto.relay.route;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.relay.route.PodsRelay.device;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sotto.chain.DeviceAddress;
import sotto.mesh.PodList;

/// Links and tables of relays with real presence pods.
class PresencePodsTest {
  private static final DeviceAddress BOB = device(7);
  private static final Duration LAPSE = Duration.ofSeconds(14);

  private final PodsWorld world = new PodsWorld("a", "b");
  private final PodsRelay relay = new PodsRelay(world, "r1", "a", "b");
  private final PodsRelay reader = new PodsRelay(world, "r2", "a", "b");

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void registration_isAtTwoPods_andConfirmedOnce() {
    var stream = relay.connect(BOB, 3);

    assertThat(world.devices("a")).isOne();
    assertThat(world.devices("b")).isOne();
    assertThat(relay.confirmed(stream)).isOne();
    assertThat(reader.find(BOB)).isEqualTo("r1#3");
  }

  @Test
  void podThatMayHoldALease_isWaitedFor_untilItHasLapsed() {
    relay.view.cut("a");

    var stream = relay.connect(BOB, 3);
    world.pass(Duration.ofSeconds(9));
    assertThat(relay.confirmed(stream)).isZero();

    world.pass(Duration.ofSeconds(5));
    assertThat(relay.confirmed(stream)).isOne();
    assertThat(reader.find(BOB)).isEqualTo("r1#3");
  }

  @Test
  void podThatWasNeverReached_isNotWaitedFor() {
    world.kill("a");
    var third = new PodsRelay(world, "r3", "a", "b");

    var stream = third.connect(BOB, 3);

    assertThat(third.confirmed(stream)).isOne();
    assertThat(reader.find(BOB)).isEqualTo("r3#3");
  }

  @Test
  void restartedPod_isTaughtAgain_andNoStreamIsConfirmedAnew() {
    var streams = IntStream.range(0, 50).mapToObj(i -> relay.connect(device(i), 1)).toList();

    world.kill("a");
    world.start("a");
    world.pass(Duration.ofSeconds(5));

    assertThat(world.devices("a")).isEqualTo(50);
    assertThat(streams).allMatch(stream -> relay.confirmed(stream) == 1);
  }

  @Test
  void registrationThatWasAtNoPod_isConfirmedAgain_withItsOwnNumber() {
    var stream = relay.connect(BOB, 3);

    world.kill("a");
    world.kill("b");
    world.start("a");
    world.start("b");
    world.pass(LAPSE);

    assertThat(relay.confirmed(stream)).isEqualTo(2);
    assertThat(reader.find(BOB)).isEqualTo("r1#3");
  }

  @Test
  void lapsedLease_isTakenAnew_withTheOldNumbers() {
    var stream = relay.connect(BOB, 3);
    world.passAt("a", Duration.ofSeconds(11));
    assertThat(world.devices("a")).isZero();

    world.pass(Duration.ofSeconds(1));

    assertThat(world.devices("a")).isOne();
    assertThat(reader.find(BOB)).isEqualTo("r1#3");
    assertThat(relay.confirmed(stream)).isOne();
  }

  @Test
  void leaseThatLapsesAtBothPods_leavesTheStreamConfirmedAgain() {
    var stream = relay.connect(BOB, 3);
    world.passAt("a", Duration.ofSeconds(11));
    world.passAt("b", Duration.ofSeconds(11));

    world.pass(Duration.ofSeconds(1));

    assertThat(relay.confirmed(stream)).isEqualTo(2);
  }

  @Test
  void brokenStream_keepsTheEpochsEntries_butNotWhatClosedMeanwhile() {
    relay.connect(BOB, 3);
    var closing = relay.connect(device(8), 1);
    relay.view.cut("a");
    relay.disconnect(closing);
    world.pass(Duration.ofSeconds(4));
    assertThat(world.devices("a")).isEqualTo(2);
    assertThat(reader.find(BOB)).isEqualTo("r1#3");

    relay.view.mend("a");
    world.pass(Duration.ofSeconds(4));

    assertThat(world.devices("a")).isOne();
    assertThat(reader.find(device(8))).isEqualTo("nowhere");
    assertThat(reader.lost).isZero();
  }

  @Test
  void relayThatLeaves_isNowhereAtOnce_andNobodyChecks() {
    relay.connect(BOB, 3);

    relay.presence.close(true);
    world.settle();

    assertThat(reader.find(BOB)).isEqualTo("nowhere");
    world.pass(LAPSE);
    assertThat(reader.lost).isZero();
  }

  @Test
  void relayThatDies_isReportedByEveryPod() {
    relay.view.cut("a");
    relay.view.cut("b");

    world.pass(LAPSE);

    assertThat(reader.lost).isEqualTo(2);
  }

  @Test
  void higherNumberElsewhere_displaces_whicheverPodsTheTwoRelaysReach() {
    relay.view.cut("a");
    relay.connect(BOB, 3);
    assertThat(relay.streams).hasSize(1);

    reader.connect(BOB, 4);

    assertThat(relay.streams).isEmpty();
    assertThat(reader.find(BOB)).isEqualTo("r2#4");
  }

  @Test
  void podsThatDiffer_theHigherNumberWins() {
    relay.view.cut("b");
    reader.view.cut("a");
    relay.connect(BOB, 3);
    reader.connect(BOB, 4);
    var third = new PodsRelay(world, "r3", "a", "b");
    var found = new ArrayList<Long>();

    third
        .presence
        .search()
        .findAll(
            BOB.account(),
            all -> all.locations().forEach(at -> found.add(at.getConnectionNumber())));
    world.settle();

    assertThat(found).containsExactly(4L);
  }

  @Test
  void watch_isOnlineWhileOnePodSaysSo() {
    var stream = relay.connect(BOB, 3);
    relay.publish(stream, 1);
    reader.watch(9, BOB.account(), 1);
    assertThat(reader.seen).containsEntry(9L, true);

    world.kill("a");
    world.start("a");
    reader.seen.clear();
    world.pass(LAPSE);
    assertThat(reader.seen).isEmpty();

    relay.disconnect(stream);
    assertThat(reader.seen).containsEntry(9L, false);
  }

  @Test
  void watchWhosePodsAreBothLost_keepsWhatWasTold_untilOneSpeaks() {
    var stream = relay.connect(BOB, 3);
    relay.publish(stream, 1);
    reader.watch(9, BOB.account(), 1);
    reader.seen.clear();

    world.kill("a");
    world.kill("b");
    world.pass(LAPSE);

    assertThat(reader.seen).isEmpty();
  }

  @Test
  void changedList_isMovedToAtAPace_andTheOldPodsKeepAllUntilItIsDone() {
    int streams = 60;
    IntStream.range(0, streams).forEach(i -> relay.connect(device(i), 1));
    world.start("c");
    world.pass(Duration.ofSeconds(11));
    var list = List.of("b", "c");

    relay.view.list(list);
    reader.view.list(list);
    world.pass(Duration.ofMillis(300));
    assertThat(world.devices("c")).isBetween(10L, 30L);
    assertThat(world.devices("a")).isEqualTo(streams);

    world.pass(Duration.ofSeconds(2));
    assertThat(world.devices("c")).isEqualTo(streams);
    assertThat(world.devices("a")).isEqualTo(streams);

    world.pass(Duration.ofMillis(PodsRelay.LINGER_MILLIS));
    assertThat(world.devices("a")).isZero();
    assertThat(relay.streams.values()).allMatch(stream -> stream.confirmed == 1);
  }

  @Test
  void streamThatComesDuringAMove_isFoundByReadersOfEitherList() {
    IntStream.range(0, 60).forEach(i -> relay.connect(device(i), 1));
    world.start("c");
    world.start("d");
    world.pass(Duration.ofSeconds(11));
    relay.view.list(List.of("c", "d"));

    var fresh = relay.connect(device(1_000), 5);
    assertThat(relay.confirmed(fresh)).isOne();
    assertThat(reader.find(device(1_000))).isEqualTo("r1#5");

    reader.view.list(List.of("c", "d"));
    assertThat(IntStream.range(0, 60).mapToObj(i -> reader.find(device(i)))).containsOnly("r1#1");
    assertThat(reader.find(device(1_000))).isEqualTo("r1#5");
  }

  @Test
  void newPodsThatCannotBeReached_leaveEverythingAtTheOldOnes() {
    relay.connect(BOB, 3);
    world.start("c");
    world.start("d");
    relay.view.cut("c");
    relay.view.cut("d");
    relay.view.list(List.of("c", "d"));
    reader.view.list(List.of("c", "d"));
    world.pass(Duration.ofSeconds(4));
    assertThat(reader.find(BOB)).isEqualTo("r1#3");
    world.pass(Duration.ofSeconds(20));
    assertThat(world.devices("a")).isOne();

    relay.view.mend("c");
    relay.view.mend("d");
    world.pass(Duration.ofSeconds(10));
    assertThat(reader.find(BOB)).isEqualTo("r1#3");
    assertThat(world.devices("a")).isZero();
    assertThat(world.devices("c")).isOne();
  }

  @Test
  void watch_isToldThroughAChangeOfTheList() {
    var stream = relay.connect(BOB, 3);
    relay.publish(stream, 1);
    reader.watch(9, BOB.account(), 1);
    world.start("c");
    world.start("d");
    reader.seen.clear();

    reader.view.list(List.of("c", "d"));
    relay.view.list(List.of("c", "d"));
    world.pass(Duration.ofSeconds(20));
    assertThat(reader.seen).isEmpty();

    relay.disconnect(stream);
    assertThat(reader.seen).containsEntry(9L, false);
  }

  @Test
  void listThatNamesNobody_changesNothing() {
    relay.connect(BOB, 3);

    relay.view.list(List.of());
    world.pass(LAPSE);

    assertThat(reader.find(BOB)).isEqualTo("r1#3");
  }

  @Test
  void oneMorePod_takesOnlyItsShare() {
    int streams = 90;
    IntStream.range(0, streams).forEach(i -> relay.connect(device(i), 1));
    world.start("c");

    relay.view.list(List.of("a", "b", "c"));
    world.pass(Duration.ofSeconds(20));

    var list = new PodList(List.of("a", "b", "c"));
    var expected = new HashSet<Long>();
    expected.add(
        IntStream.range(0, streams)
            .filter(i -> PodLists.of(device(i).account(), list).contains("c"))
            .count());
    assertThat(expected).containsExactly(world.devices("c"));
    assertThat(world.devices("a") + world.devices("b") + world.devices("c"))
        .isEqualTo(2L * streams);
  }
}
