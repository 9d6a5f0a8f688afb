package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sotto.chain.DeviceId;
import sotto.chain.testing.TestAccount;
import sotto.mailbox.v1.AppendResult;
import sotto.mesh.testing.HandClock;
import sotto.store.cold.Segment;
import sotto.store.testing.ColdFault;
import sotto.store.testing.CommitFault;
import sotto.store.testing.MemoryColdStore;
import sotto.store.testing.MemoryDatabase;
import sotto.store.testing.SimulatedCrash;
import sotto.store.write.Peers;

/// A segment's way, from the choice of its rows to the deletion of its blob, broken off everywhere:
/// nothing is lost, nothing is twice, nothing stays behind.
final class MoveStepsTest {
  private static final int ENVELOPES = 5;
  private static final int MOST_TRIES = 30;

  private final MemoryDatabase database = MemoryDatabase.open();
  private final MemoryColdStore cold = new MemoryColdStore();
  private final KnownPeers peers = new KnownPeers();
  private final HandClock clock = new HandClock();
  private TestAccount bob = TestAccount.found(1);
  private final TreeMap<Long, String> expected = new TreeMap<>();
  private long seed;
  // Commits and calls to the blob store since the script began.
  private int point;
  private int faultAt = -1;
  private CommitFault commitFault = CommitFault.NONE;
  private ColdFault coldFault = ColdFault.NONE;
  private boolean crashed;

  @AfterEach
  void close() {
    database.close();
  }

  private CommitFault nextCommit() {
    return point++ == faultAt ? commitFault : CommitFault.NONE;
  }

  private ColdFault nextCall() {
    ColdFault fault = point++ == faultAt ? coldFault : ColdFault.NONE;
    crashed |= fault == ColdFault.CRASH_BEFORE || fault == ColdFault.CRASH_AFTER;
    return fault;
  }

  /// What becomes of the point at which it fails.
  private void fail(CommitFault commit) {
    commitFault = commit;
    coldFault =
        switch (commit) {
          case NONE -> ColdFault.LATE;
          case LOST_AFTER -> ColdFault.LOST_ANSWER;
          case LOST_BEFORE -> ColdFault.UNAVAILABLE;
          case CRASH_AFTER -> ColdFault.CRASH_AFTER;
          case CRASH_BEFORE -> ColdFault.CRASH_BEFORE;
        };
  }

  private SteppedPod pod(String name) throws Exception {
    return new SteppedPod(
        name,
        database,
        this::nextCommit,
        peers,
        Optional.of(cold.of(this::nextCall)),
        clock,
        ++seed);
  }

  private int bucket() {
    return bob.id().bucket();
  }

  /// What the mailbox holds: rows and segments, in their order.
  private List<String> stored() {
    TreeMap<Long, String> all = new TreeMap<>();
    List<String> twice = new ArrayList<>();
    database
        .mails()
        .forEach(mail -> {
          if (all.put(mail.position(), mail.envelope().toStringUtf8()) != null) {
            twice.add("row " + mail.position());
          }
        });
    for (MemoryDatabase.ColdMail mail : database.coldMails()) {
      ByteString bytes = cold.find(mail.name()).orElseThrow();
      Segment segment = Segment.decode(bytes, Segment.digest(bytes)).orElseThrow();
      String envelope = segment.mails().get(mail.index()).envelope().toStringUtf8();
      if (all.put(mail.position(), envelope) != null) {
        twice.add("cold " + mail.position());
      }
    }
    assertThat(twice).isEmpty();
    return texts(all);
  }

  private static List<String> texts(Map<Long, String> mails) {
    List<String> texts = new ArrayList<>();
    mails.forEach((position, envelope) -> texts.add(position + " " + envelope));
    return texts;
  }

  private void append(SteppedPod pod, int from, int to) {
    for (int i = from; i < to; i++) {
      AppendResult result = pod.append(bob, i);
      expected.put(result.getAppended().getStored(0).getPosition(), "envelope " + i);
    }
  }

  /// A pod and its successors, each of which goes on where the one before it died.
  private final class Driver {
    SteppedPod pod = pod("store-0");

    Driver() throws Exception {}

    /// Does something until it has been done by a pod that lived to say so.
    void until(Attempt attempt) throws Exception {
      for (int tries = 0; tries < MOST_TRIES; tries++) {
        boolean done = false;
        try {
          done = attempt.done(pod);
          pod.stepAll();
        } catch (SimulatedCrash | StatusRuntimeException e) {
          done = false;
        }
        boolean dead = crashed || pod.store.isDead();
        if (dead) {
          crashed = false;
          pod.store.crash();
          pod.close();
          pod = pod("store-0");
        }
        assertThat(stored()).as("at %s of fault %s", point, faultAt).isEqualTo(texts(expected));
        if (done && !dead) {
          return;
        }
        clock.pass(Duration.ofMinutes(10));
      }
      throw new AssertionError("it is never done; fault at " + faultAt);
    }
  }

  private interface Attempt {
    boolean done(SteppedPod pod);
  }

  private static boolean all(SteppedPod pod, int bucket) {
    while (pod.store.cool(bucket)) {
      // The next step.
    }
    return true;
  }

  /// The way of one segment.
  ///
  /// @return how many points it has
  private int script() throws Exception {
    database.reset();
    cold.clear();
    expected.clear();
    int fault = faultAt;
    faultAt = -1;
    Driver driver = new Driver();
    driver.pod.register(bob, "bob");
    append(driver.pod, 0, ENVELOPES);
    clock.pass(Duration.ofDays(7));
    faultAt = fault;
    point = 0;
    driver.until(pod -> all(pod, bucket()) && database.mails().isEmpty());
    driver.until(pod -> pod.mailbox(bob).equals(texts(expected)));
    List<Long> positions = List.copyOf(expected.keySet());
    driver.until(pod -> {
      AppendResult again = pod.append(bob, 2);
      return again.hasAppended()
          && again.getAppended().getStored(0).getPosition() == positions.get(2);
    });
    acked(driver, positions.subList(0, 2));
    acked(driver, positions.subList(2, ENVELOPES));
    driver.until(pod -> pod.mailbox(bob).isEmpty());
    cold.deliverLate();
    clock.pass(Duration.ofHours(1));
    driver.until(pod -> {
      var _ = pod.store.deleteLoose(bucket());
      return database.loose().isEmpty();
    });
    assertThat(cold.names()).as("fault at %s", faultAt).isEmpty();
    int points = point;
    faultAt = -1;
    driver.pod.store.close();
    driver.pod.close();
    return points;
  }

  private void acked(Driver driver, List<Long> positions) throws Exception {
    long[] some = positions.stream().mapToLong(p -> p).toArray();
    // From now on they may be there or not; what is sure is that they are not when it is said.
    positions.forEach(expected::remove);
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      boolean done = false;
      try {
        done = driver.pod.ack(bob, some);
      } catch (SimulatedCrash | StatusRuntimeException e) {
        done = false;
      }
      if (done && !driver.pod.store.isDead()) {
        assertThat(stored()).isEqualTo(texts(expected));
        return;
      }
      assertThat(stored()).containsAll(texts(expected));
      if (driver.pod.store.isDead()) {
        driver.pod.store.crash();
        driver.pod.close();
        driver.pod = pod("store-0");
      }
      clock.pass(Duration.ofMinutes(10));
      driver.pod.stepAll();
    }
    throw new AssertionError("it is never acked; fault at " + faultAt);
  }

  @Test
  void moveBrokenOffAtEveryStep_losesAndDoublesNothing() throws Exception {
    int points = script();
    assertThat(points).as("commits and calls of the way").isGreaterThan(7);
    for (int at = 0; at < points; at++) {
      faultAt = at;
      for (CommitFault commit : CommitFault.values()) {
        fail(commit);
        assertThat(script()).isGreaterThanOrEqualTo(points - 1);
      }
    }
  }

  /// A device with a segment leaves while a move of what came later stands still.
  ///
  /// @param steps how far that move has come
  /// @param ends whether the account ends with it
  /// @return how many points it has
  private int leaving(int steps, boolean ends) throws Exception {
    database.reset();
    cold.clear();
    expected.clear();
    bob = TestAccount.found(1);
    int fault = faultAt;
    faultAt = -1;
    Driver driver = new Driver();
    driver.pod.register(bob, "bob");
    append(driver.pod, 0, ENVELOPES);
    clock.pass(Duration.ofDays(7));
    all(driver.pod, bucket());
    assertThat(cold.names()).hasSize(1);
    append(driver.pod, ENVELOPES, ENVELOPES + 2);
    clock.pass(Duration.ofDays(7));
    for (int i = 0; i < steps; i++) {
      var _ = driver.pod.store.cool(bucket());
    }
    driver.pod.addDevice(bob);
    if (ends) {
      bob.delete();
    } else {
      bob.removeDevice(DeviceId.FIRST);
    }
    faultAt = fault;
    point = 0;
    left(driver);
    if (ends) {
      finished(driver);
    }
    expected.clear();
    driver.until(pod -> all(pod, bucket()));
    cold.deliverLate();
    clock.pass(Duration.ofHours(1));
    driver.until(pod -> {
      var _ = pod.store.deleteLoose(bucket());
      return database.loose().isEmpty();
    });
    assertThat(cold.names()).as("behind %s steps, fault at %s", steps, fault).isEmpty();
    int points = point;
    faultAt = -1;
    driver.pod.store.close();
    driver.pod.close();
    return points;
  }

  /// Has the link appended by a pod that lives to say so.
  private void left(Driver driver) throws Exception {
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      boolean done = false;
      try {
        done = driver.pod.link(bob);
      } catch (SimulatedCrash | StatusRuntimeException e) {
        done = false;
      }
      if (driver.pod.store.isDead()) {
        driver.pod.store.crash();
        driver.pod.close();
        driver.pod = pod("store-0");
      } else if (done) {
        return;
      }
      clock.pass(Duration.ofMinutes(10));
    }
    throw new AssertionError("the link is never appended; fault at " + faultAt);
  }

  /// Has what the account left taken away: the link ended it, and the rest may have been broken
  /// off.
  private void finished(Driver driver) throws Exception {
    for (int tries = 0; tries < MOST_TRIES && !stored().isEmpty(); tries++) {
      try {
        var _ = driver.pod.store.finishEndings(bucket());
        driver.pod.stepAll();
      } catch (SimulatedCrash | StatusRuntimeException e) {
        assertThat(texts(expected)).as("nothing that was not there").containsAll(stored());
      }
      if (driver.pod.store.isDead()) {
        driver.pod.store.crash();
        driver.pod.close();
        driver.pod = pod("store-0");
      }
      clock.pass(Duration.ofMinutes(10));
    }
    assertThat(stored()).as("what an ended account left; fault at %s", faultAt).isEmpty();
  }

  @Test
  void deviceThatLeavesBrokenOffAtEveryStep_leavesNoBlobBehind() throws Exception {
    for (boolean ends : new boolean[] {false, true}) {
      for (int steps = 0; steps < STEPS; steps++) {
        faultAt = -1;
        int points = leaving(steps, ends);
        assertThat(points).as("the link, the blob, its record").isGreaterThanOrEqualTo(3);
        for (int at = 0; at < points; at++) {
          for (CommitFault commit : CommitFault.values()) {
            faultAt = at;
            fail(commit);
            leaving(steps, ends);
          }
        }
      }
    }
  }

  /// How many steps a move of everything takes, and one that finds nothing.
  private static final int STEPS = 6;

  @Test
  void ownerThatIsReplacedAtEveryStep_movesNothingMore() throws Exception {
    for (int before = 0; before <= STEPS; before++) {
      database.reset();
      cold.clear();
      expected.clear();
      try (SteppedPod first = pod("store-0")) {
        first.register(bob, "bob");
        append(first, 0, ENVELOPES);
        clock.pass(Duration.ofDays(7));
        for (int i = 0; i < before; i++) {
          var _ = first.store.cool(bucket());
        }
        peers.set("store-0", Peers.Pulse.SILENT);
        try (SteppedPod second = pod("store-1")) {
          second.claim(bucket());
          append(second, ENVELOPES, ENVELOPES + 2);
          assertThat(second.append(bob, 1).getAppended().getStored(0).getPosition())
              .isEqualTo(List.copyOf(expected.keySet()).get(1));
          all(second, bucket());
          assertThat(second.mailbox(bob)).as("after %s", before).isEqualTo(texts(expected));
          // The first wakes.
          for (int i = 0; i < STEPS; i++) {
            var _ = first.store.cool(bucket());
          }
          assertThat(stored()).as("after %s", before).isEqualTo(texts(expected));
          assertThat(second.mailbox(bob)).isEqualTo(texts(expected));
          second.ack(bob, expected.keySet().stream().mapToLong(p -> p).toArray());
          clock.pass(Duration.ofHours(2));
          for (int i = 0; i < STEPS; i++) {
            var _ = first.store.cool(bucket());
          }
          assertThat(second.mailbox(bob)).isEmpty();
          var _ = second.store.deleteLoose(bucket());
          assertThat(cold.names()).as("after %s", before).isEmpty();
          assertThat(database.loose()).isEmpty();
          second.store.close();
        }
        first.store.crash();
        peers.set("store-0", Peers.Pulse.ANSWERS);
      }
    }
  }

  /// By the same owner, so that the fence does not help: what a move has put is given up and
  /// deleted while the move stands still.
  @Test
  void moveWhoseNameWasGivenUp_pointsToNothing() throws Exception {
    for (int before = 2; before < STEPS - 1; before++) {
      database.reset();
      cold.clear();
      expected.clear();
      try (SteppedPod pod = pod("store-0")) {
        pod.register(bob, "bob");
        append(pod, 0, ENVELOPES);
        clock.pass(Duration.ofDays(7));
        for (int i = 0; i < before; i++) {
          var _ = pod.store.cool(bucket());
        }
        assertThat(database.loose()).hasSize(1);
        clock.pass(Duration.ofHours(1));
        assertThat(pod.store.deleteLoose(bucket())).isEqualTo(1);
        for (int i = 0; i < 3 * STEPS; i++) {
          // The move that was under way ends, and the next begins anew.
          var _ = pod.store.cool(bucket());
          assertThat(stored()).as("after %s", before).isEqualTo(texts(expected));
        }
        assertThat(database.mails()).isEmpty();
        assertThat(pod.mailbox(bob)).isEqualTo(texts(expected));
        assertThat(cold.names()).as("after %s", before).hasSize(1);
        pod.store.close();
      }
    }
  }

  @Test
  void acksAndAppendsBetweenAllSteps_leaveWhatIsUndelivered() throws Exception {
    for (int before = 0; before <= STEPS; before++) {
      for (boolean everything : new boolean[] {false, true}) {
        database.reset();
        cold.clear();
        expected.clear();
        try (SteppedPod pod = pod("store-0")) {
          pod.register(bob, "bob");
          append(pod, 0, ENVELOPES);
          clock.pass(Duration.ofDays(7));
          for (int i = 0; i < before; i++) {
            var _ = pod.store.cool(bucket());
          }
          append(pod, ENVELOPES, ENVELOPES + 2);
          List<Long> gone = List.copyOf(expected.keySet()).subList(0, everything ? ENVELOPES : 2);
          assertThat(pod.ack(bob, gone.stream().mapToLong(p -> p).toArray())).isTrue();
          gone.forEach(expected::remove);
          for (int i = 0; i < 2 * STEPS; i++) {
            var _ = pod.store.cool(bucket());
            assertThat(stored()).as("after %s", before).isEqualTo(texts(expected));
          }
          assertThat(pod.mailbox(bob)).isEqualTo(texts(expected));
          assertThat(pod.append(bob, 6).getAppended().getStored(0).getPosition())
              .isEqualTo(expected.lastKey());
          clock.pass(Duration.ofHours(1));
          var _ = pod.store.deleteLoose(bucket());
          // Who acks is there: nothing of it is moved any more but what was on its way.
          assertThat(cold.names())
              .as("after %s", before)
              .hasSize(everything || before == 0 ? 0 : 1);
          pod.store.close();
        }
      }
    }
  }
}
