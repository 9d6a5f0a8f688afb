package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountId;
import sotto.chain.testing.TestAccount;
import sotto.mailbox.v1.AppendResult;
import sotto.mesh.testing.HandClock;
import sotto.store.sql.Schema;
import sotto.store.testing.CommitFault;
import sotto.store.testing.MemoryDatabase;

/// Several pods that ask each other, one step after the other (protocol B3).
final class SteppedPodsTest {
  private static final String A = "store-a:1";
  private static final String B = "store-b:1";
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final HandClock clock = new HandClock();
  private final MemoryDatabase database = MemoryDatabase.open();
  private final TestPods.Net net = new TestPods.Net();
  private final TestPods seenByA = net.seen(A, B);
  private final TestPods seenByB = net.seen(A, B);
  private final TestAccount bob = TestAccount.found(1);
  private SteppedPod a;
  private SteppedPod b;
  private CommitFault next = CommitFault.NONE;

  @BeforeEach
  void open() throws Exception {
    seenByA.become(A);
    seenByB.become(A);
    a = pod(A, seenByA, 1);
    b = pod(B, seenByB, 2);
    a.register(bob, "bob");
  }

  private SteppedPod pod(String name, TestPods pods, long seed) throws Exception {
    SteppedPod pod = new SteppedPod(name, database, this::fault, pods, clock, seed);
    net.at(name, pod.address);
    return pod;
  }

  private CommitFault fault() {
    CommitFault fault = next;
    next = CommitFault.NONE;
    return fault;
  }

  @AfterEach
  void close() throws Exception {
    a.close();
    b.close();
    net.close();
    database.close();
  }

  private void chores(SteppedPod... pods) {
    for (SteppedPod pod : pods) {
      pod.chores();
    }
  }

  private String owner() throws Exception {
    return database
        .session()
        .first(
            "SELECT owner FROM bucket WHERE prefix = ?",
            row -> row.getString(1),
            Schema.prefix(bob.id().bucket()))
        .orElseThrow()
        .split("/", 2)[0];
  }

  private long owned(String pod) throws Exception {
    return database
        .session()
        .first("SELECT COUNT(*) FROM bucket WHERE owner LIKE '" + pod + "/%'", r -> r.getLong(1))
        .orElseThrow();
  }

  private static String movedTo(AppendResult result) {
    assertThat(result.hasMoved()).as("%s", result).isTrue();
    return result.getMoved().getOwner().split("/", 2)[0];
  }

  @Test
  void bucketThatWasLostAndCameBackUnnoticed_isTakenAnew() throws Exception {
    a.append(bob, 1);
    // Another took it over while this one was frozen, and handed it back.
    database
        .session()
        .update(
            "UPDATE bucket SET epoch = epoch + 2 WHERE prefix = ?",
            Schema.prefix(bob.id().bucket()));

    assertThat(movedTo(a.append(bob, 2))).isEqualTo(A);

    assertThat(a.append(bob, 2).getEpoch()).isEqualTo(4);
  }

  @Test
  void ownerThatAnswers_keepsItsBucketForEver() {
    for (int i = 0; i < 60; i++) {
      clock.pass(SECOND);
      AppendResult result = b.append(bob, 1);
      assertThat(result.hasAgain() ? A : movedTo(result)).isEqualTo(A);
    }
    assertThat(a.append(bob, 1).getEpoch()).isEqualTo(1);
  }

  @Test
  void frozenOwner_isTakenOverAfterTwoSecondsAndTheGrace() {
    clock.pass(Duration.ofSeconds(9));
    net.freeze(A);
    assertThat(b.append(bob, 1).hasAgain()).as("it is being asked").isTrue();
    clock.pass(Duration.ofMillis(500));
    assertThat(b.append(bob, 1).hasAgain()).as("2 s are not over").isTrue();
    clock.pass(Duration.ofMillis(499));
    assertThat(b.append(bob, 1).hasAgain()).isTrue();
    clock.pass(Duration.ofMillis(1_001));
    assertThat(b.append(bob, 1).getEpoch()).as("silent, and 11 s later").isEqualTo(2);
    assertThat(movedTo(a.append(bob, 2))).isEqualTo(B);
  }

  @Test
  void silentOwner_keepsItsBucketWithinTheGrace() {
    net.freeze(A);
    assertThat(b.append(bob, 1).hasAgain()).isTrue();
    clock.pass(Duration.ofSeconds(2));
    assertThat(movedTo(b.append(bob, 1))).as("silent, but only 2 s").isEqualTo(A);
  }

  @Test
  void crashedOwnerWhoseNextStartAnswers_isTakenOverAtOnce() throws Exception {
    clock.pass(Duration.ofSeconds(10));
    a.store.crash();
    a.close();
    // Its next start does not look at the database yet: it answers in another name.
    MemoryDatabase elsewhere = MemoryDatabase.open();
    try (SteppedPod restarted =
        new SteppedPod(A, elsewhere, () -> CommitFault.NONE, seenByA, clock, 9)) {
      net.at(A, restarted.address);
      AppendResult first = b.append(bob, 1);
      assertThat(first.hasAgain() || first.hasAppended()).isTrue();
      assertThat(b.append(bob, 1).hasAppended()).isTrue();
    } finally {
      elsewhere.close();
    }
  }

  @Test
  void newPod_getsItsBucketsByHandOverPacedAndNothingIsLost() throws Exception {
    for (int bucket = 0; bucket < AccountId.BUCKETS; bucket++) {
      a.claim(bucket);
    }
    a.append(bob, 1);
    seenByA.become(A, B);
    seenByB.become(A, B);
    chores(a);
    assertThat(owned(B)).as("taken less than ten seconds ago").isZero();
    clock.pass(Duration.ofSeconds(10));
    long before = 0;
    for (int i = 0; i < 40; i++) {
      clock.pass(SECOND);
      chores(a, b);
      long now = owned(B);
      assertThat(now - before).isLessThanOrEqualTo(32);
      before = now;
    }
    Set<Integer> belong = new HashSet<>();
    for (int bucket = 0; bucket < AccountId.BUCKETS; bucket++) {
      if (seenByA.list().ranked(bucket, 1).equals(List.of(B))) {
        belong.add(bucket);
      }
    }
    assertThat(before).isEqualTo(belong.size());
    SteppedPod owner = belong.contains(bob.id().bucket()) ? b : a;
    SteppedPod other = owner == a ? b : a;
    AppendResult stored = owner.append(bob, 2);
    assertThat(stored.hasAppended()).isTrue();
    assertThat(stored.getEpoch()).isEqualTo(owner == b ? 3 : 1);
    assertThat(other.append(bob, 3).hasMoved()).isTrue();
    assertThat(owner.mailbox(bob)).hasSize(2);
  }

  /// B comes to what was handed to its former start: that must not pass for a later start of its
  /// own.
  @Test
  void bucketHandedToAStartThatHasEnded_isTakenByTheNext() throws Exception {
    seenByA.become(B);
    clock.pass(Duration.ofMillis(9_500));
    // A hears of B, and may not give anything yet.
    chores(a);
    b.store.crash();
    b.close();
    SteppedPod successor = pod(B, seenByB, 3);
    b = successor;
    // What A has heard of the former start is not a second old.
    clock.pass(Duration.ofMillis(600));
    chores(a);
    assertThat(owner()).isEqualTo(B);
    AppendResult result = successor.append(bob, 1);
    for (int i = 0; i < 15 && !result.hasAppended(); i++) {
      clock.pass(SECOND);
      result = successor.append(bob, 1);
    }
    assertThat(result.hasAppended()).as("%s", result).isTrue();
    assertThat(successor.append(TestAccount.found(5), 1).hasUnknownRecipient()).isTrue();
  }

  @Test
  void handOverOfUnknownOutcomeThatHappened_isTheOthers() throws Exception {
    seenByA.become(B);
    clock.pass(Duration.ofSeconds(11));
    next = CommitFault.LOST_AFTER;
    chores(a);
    assertThat(owner()).isEqualTo(B);
    assertThat(movedTo(a.append(bob, 1))).isEqualTo(B);
    assertThat(b.append(bob, 1).getEpoch()).isEqualTo(3);
  }

  @Test
  void handOverOfUnknownOutcomeThatDidNotHappen_isTakenAnewAndGivenTenSecondsLater()
      throws Exception {
    seenByA.become(B);
    clock.pass(Duration.ofSeconds(11));
    next = CommitFault.LOST_BEFORE;
    chores(a);
    AppendResult stored = a.append(bob, 1);
    assertThat(stored.hasAppended()).as("%s", stored).isTrue();
    assertThat(stored.getEpoch()).isEqualTo(2);
    assertThat(movedTo(b.append(bob, 2))).isEqualTo(A);
    clock.pass(Duration.ofSeconds(11));
    chores(a);
    clock.pass(Duration.ofMillis(500));
    chores(a);
    assertThat(owner()).isEqualTo(B);
  }

  @Test
  void differentLists_moveABucketAtMostEveryTenSeconds() throws Exception {
    seenByA.become(B);
    seenByB.become(A);
    long changes = 0;
    String before = owner();
    for (int i = 0; i < 100; i++) {
      clock.pass(SECOND);
      chores(a, b);
      a.append(bob, i);
      b.append(bob, i);
      String now = owner();
      changes += now.equals(before) ? 0 : 1;
      before = now;
    }
    assertThat(changes).isBetween(2L, 10L);
    SteppedPod owner = before.equals(A) ? a : b;
    owner.append(bob, 100);
    List<String> mailbox = owner.mailbox(bob);
    assertThat(mailbox.stream().map(m -> m.split(" ", 2)[1])).doesNotHaveDuplicates();
    assertThat(mailbox.stream().map(m -> m.split(" ", 2)[1]).toList())
        .as("in the order they were first sent in")
        .containsSubsequence("envelope 1", "envelope 50", "envelope 99");
  }

  @Test
  void leavingPod_givesAllBackTakesNothingAndIsHandedNothing() throws Exception {
    a.append(bob, 1);
    a.send(bob, 2);
    a.store.leave();
    assertThat(a.results.getLast().hasAppended()).as("what had queued").isTrue();
    assertThat(owned(A)).isZero();
    assertThat(movedTo(a.append(bob, 3))).isEmpty();
    assertThat(b.append(bob, 3).hasAppended()).isTrue();
    seenByB.become(A);
    clock.pass(Duration.ofSeconds(20));
    chores(b);
    clock.pass(SECOND);
    chores(b);
    assertThat(owner()).as("it is leaving").isEqualTo(B);
    assertThat(b.mailbox(bob)).hasSize(3);
  }
}
