package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sotto.chain.DeviceId;
import sotto.chain.testing.TestAccount;
import sotto.group.Action;
import sotto.group.GroupChange;
import sotto.group.Role;
import sotto.group.testing.TestGroup;
import sotto.group.v1.ApplyResponse;
import sotto.mesh.testing.HandClock;
import sotto.proto.Reason;
import sotto.proto.Statuses;
import sotto.store.testing.CommitFault;
import sotto.store.testing.MemoryDatabase;
import sotto.store.write.Peers;

/// What owners know of groups when commits are lost and buckets move.
final class GroupOwnersTest {
  private final HandClock clock = new HandClock();
  private final MemoryDatabase database = MemoryDatabase.open();
  private final KnownPeers peers = new KnownPeers();
  private final Deque<CommitFault> faults = new ArrayDeque<>();
  private final TestAccount alice = TestAccount.found(1);
  private final TestAccount bob = TestAccount.found(2);
  private final TestGroup group = TestGroup.found(1, alice, Map.of(bob, Role.MEMBER));
  private SteppedPod first;

  @BeforeEach
  void open() throws Exception {
    first = pod("store-0", 1);
    first.register(alice, "alice");
    first.register(bob, "bob");
    assertThat(apply(first, group.changes().getFirst()).hasApplied()).isTrue();
  }

  @AfterEach
  void close() {
    first.close();
    database.close();
  }

  private SteppedPod pod(String name, long seed) throws Exception {
    return new SteppedPod(
        name,
        database,
        () -> Optional.ofNullable(faults.poll()).orElse(CommitFault.NONE),
        peers,
        clock,
        seed);
  }

  private ApplyResponse apply(SteppedPod at, GroupChange change) {
    return new GroupAsker(at.channel).apply(alice.address(DeviceId.FIRST), group, change);
  }

  private GroupChange rename() {
    return group.append(alice, new Action.SetAttributes(group.attributes()));
  }

  private long staleRevision(SteppedPod at) {
    return new GroupAsker(at.channel)
        .check(bob.id(), group, 99, List.of(alice))
        .getStale()
        .getRevision();
  }

  private int changes(SteppedPod at) {
    return new GroupAsker(at.channel)
        .changes(bob.address(DeviceId.FIRST), group, 0, ByteString.EMPTY)
        .getChangesCount();
  }

  @ParameterizedTest
  @EnumSource(names = {"LOST_AFTER", "LOST_BEFORE"})
  void changeWhoseCommitIsLost_isInTheChainOnceWhenItIsMadeAgain(CommitFault fault) {
    GroupChange change = rename();
    faults.add(fault);
    assertThatThrownBy(() -> apply(first, change))
        .satisfies(e -> assertThat(Statuses.reason(e)).contains(Reason.UNAVAILABLE));
    assertThat(staleRevision(first)).isEqualTo(fault == CommitFault.LOST_AFTER ? 1 : 0);
    assertThat(apply(first, change).hasApplied()).isTrue();
    assertThat(staleRevision(first)).isEqualTo(1);
    assertThat(changes(first)).isEqualTo(2);
  }

  @Test
  void formerOwner_neverAnswersWhatItKnew() throws Exception {
    assertThat(staleRevision(first)).isZero();
    try (SteppedPod second = pod("store-1", 2)) {
      peers.set("store-0", Peers.Pulse.SILENT);
      clock.pass(Duration.ofSeconds(10));
      assertThat(apply(second, rename()).hasApplied()).isTrue();
      assertThatThrownBy(() -> staleRevision(first))
          .satisfies(e -> assertThat(Statuses.movedTo(e).orElseThrow()).startsWith("store-1/"));
      peers.set("store-1", Peers.Pulse.SILENT);
      clock.pass(Duration.ofSeconds(10));
      assertThat(staleRevision(first)).isEqualTo(1);
      assertThat(changes(first)).isEqualTo(2);
    }
  }

  @Test
  void ownerThatTakesOver_knowsWhatWasThere() throws Exception {
    for (int i = 0; i < 5; i++) {
      assertThat(apply(first, rename()).hasApplied()).isTrue();
    }
    first.store.crash();
    try (SteppedPod next = pod("store-0", 2)) {
      assertThat(staleRevision(next)).isEqualTo(5);
      assertThat(apply(next, rename()).hasApplied()).isTrue();
      assertThat(changes(next)).isEqualTo(7);
    }
  }
}
