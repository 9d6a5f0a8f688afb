package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sotto.chain.testing.TestAccount;
import sotto.mesh.testing.HandClock;
import sotto.store.testing.CommitFault;
import sotto.store.testing.MemoryDatabase;
import sotto.store.testing.SimulatedCrash;
import sotto.store.write.Peers;

/// Stores without threads on a database in memory.
final class SteppedStoreTest {
  private final HandClock clock = new HandClock();
  private final MemoryDatabase database = MemoryDatabase.open();
  private final KnownPeers peers = new KnownPeers();
  private final Deque<CommitFault> faults = new ArrayDeque<>();

  @AfterEach
  void close() throws Exception {
    database.close();
  }

  private CommitFault nextFault() {
    return Optional.ofNullable(faults.poll()).orElse(CommitFault.NONE);
  }

  private SteppedPod pod(String name, long seed) throws Exception {
    return new SteppedPod(name, database, this::nextFault, peers, clock, seed);
  }

  @Test
  void append_waitsForAStepAndACallMakesItsOwn() throws Exception {
    TestAccount bob = TestAccount.found(1);
    try (SteppedPod pod = pod("store-0", 1)) {
      pod.register(bob, "bob");
      pod.send(bob, 1);
      assertThat(pod.results).isEmpty();
      assertThat(pod.store.step()).isTrue();
      assertThat(pod.results.getLast().hasAppended()).isTrue();
      assertThat(pod.store.step()).isFalse();
    }
  }

  @Test
  void sameSeed_sameSecretsAndPositions() throws Exception {
    List<String> runs = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      database.reset();
      TestAccount bob = TestAccount.found(1);
      try (SteppedPod pod = pod("store-0", 7)) {
        pod.register(bob, "bob");
        pod.append(bob, 1);
        String owners =
            database
                .session()
                .list("SELECT owner FROM bucket WHERE owner <> ''", row -> row.getString(1))
                .toString();
        runs.add(pod.tokenKeys() + owners + pod.mailbox(bob));
        pod.store.crash();
      }
    }
    assertThat(runs.get(0)).isEqualTo(runs.get(1));
  }

  @ParameterizedTest
  @EnumSource(names = {"LOST_AFTER", "LOST_BEFORE"})
  void lostCommit_isSentAgainAndStoredOnce(CommitFault fault) throws Exception {
    TestAccount bob = TestAccount.found(1);
    try (SteppedPod pod = pod("store-0", 1)) {
      pod.register(bob, "bob");
      faults.add(fault);
      assertThat(pod.append(bob, 1).hasAgain()).isTrue();
      assertThat(pod.append(bob, 1).getEpoch()).as("taken over anew").isEqualTo(2);
      assertThat(pod.mailbox(bob)).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"CRASH_AFTER", "CRASH_BEFORE"})
  void crashInACommit_endsThePodAndTheNextStartHasWhatWasCommitted(CommitFault fault)
      throws Exception {
    TestAccount bob = TestAccount.found(1);
    try (SteppedPod pod = pod("store-0", 1)) {
      pod.register(bob, "bob");
      faults.add(fault);
      assertThatThrownBy(() -> pod.append(bob, 1)).isInstanceOf(SimulatedCrash.class);
      assertThat(pod.store.isDead()).isTrue();
      pod.send(bob, 2);
      assertThatThrownBy(pod.store::step).isInstanceOf(SimulatedCrash.class);
      assertThat(pod.results).isEmpty();
    }
    try (SteppedPod next = pod("store-0", 2)) {
      assertThat(next.mailbox(bob)).hasSize(fault == CommitFault.CRASH_AFTER ? 1 : 0);
      assertThat(next.append(bob, 1).hasAppended()).isTrue();
      assertThat(next.mailbox(bob)).hasSize(1);
    }
  }

  @Test
  void silentOwner_isTakenOverAndAClosedOneGivesBack() throws Exception {
    TestAccount bob = TestAccount.found(1);
    try (SteppedPod first = pod("store-0", 1);
        SteppedPod second = pod("store-1", 2)) {
      first.register(bob, "bob");
      assertThat(second.append(bob, 1).getMoved().getOwner()).startsWith("store-0/");
      peers.set("store-0", Peers.Pulse.SILENT);
      clock.pass(Duration.ofSeconds(10));
      assertThat(second.append(bob, 1).getEpoch()).isEqualTo(2);
      assertThat(first.append(bob, 2).getMoved().getOwner()).startsWith("store-1/");
      second.store.close();
      assertThat(first.append(bob, 2).getEpoch()).isEqualTo(3);
    }
  }

  @Test
  void reset_bringsBackWhatWasRemembered() throws Exception {
    TestAccount bob = TestAccount.found(1);
    try (SteppedPod pod = pod("store-0", 1)) {
      pod.register(bob, "bob");
      pod.store.close();
    }
    database.remember();
    try (SteppedPod pod = pod("store-0", 1)) {
      pod.append(bob, 1);
      pod.store.crash();
    }
    database.reset();
    try (SteppedPod pod = pod("store-0", 1)) {
      assertThat(pod.mailbox(bob)).isEmpty();
      assertThat(pod.append(bob, 2).getEpoch()).isEqualTo(1);
    }
  }
}
