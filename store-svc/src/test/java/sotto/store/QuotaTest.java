package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.testing.TestAccount;
import sotto.proto.Reason;
import sotto.proto.Statuses;
import sotto.quota.v1.QuotaServiceGrpc;
import sotto.quota.v1.ReleaseRequest;
import sotto.quota.v1.ReserveRequest;
import sotto.quota.v1.ReserveResponse;

/// What accounts keep in the blob store.
@ContractTest
final class QuotaTest {
  private static final long LIMIT = 1_000;

  @TempDir Path folder;
  private Rig rig;
  private TestAccount bob;

  @BeforeEach
  void open() {
    rig = Rig.open(folder);
    bob = rig.register(1, "bob");
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private static ByteString name(int n) {
    return Rig.bytes(32, n, n);
  }

  private ReserveResponse reserve(TestAccount account, int name, long size, long limit) {
    return QuotaServiceGrpc.newBlockingStub(rig.channel())
        .reserve(
            ReserveRequest.newBuilder()
                .setAccountId(Rig.id(account))
                .setName(name(name))
                .setSize(size)
                .setLimit(limit)
                .build());
  }

  private void release(TestAccount account, int name) {
    var _ =
        QuotaServiceGrpc.newBlockingStub(rig.channel())
            .release(
                ReleaseRequest.newBuilder()
                    .setAccountId(Rig.id(account))
                    .setName(name(name))
                    .build());
  }

  private long noted() throws Exception {
    return rig.count("SELECT COALESCE(SUM(size), 0) FROM kept_blob");
  }

  @Test
  void room_isTakenUntilTheLimitAndGivenBack() {
    assertThat(reserve(bob, 1, 600, LIMIT).hasReserved()).isTrue();
    assertThat(reserve(bob, 2, 401, LIMIT).getNoRoom().getUsed()).isEqualTo(600);
    assertThat(reserve(bob, 3, 400, LIMIT).hasReserved()).isTrue();
    assertThat(reserve(bob, 4, 1, LIMIT).getNoRoom().getUsed()).isEqualTo(LIMIT);
    release(bob, 1);
    assertThat(reserve(bob, 4, 600, LIMIT).hasReserved()).isTrue();
  }

  @Test
  void sameBlobAgain_takesItsRoomOnce() throws Exception {
    for (int i = 0; i < 3; i++) {
      assertThat(reserve(bob, 1, 600, LIMIT).hasReserved()).isTrue();
    }
    // Also when what was allowed then is too much now.
    assertThat(reserve(bob, 1, 600, 0).hasReserved()).isTrue();
    assertThat(noted()).isEqualTo(600);
    release(bob, 1);
    release(bob, 1);
    assertThat(noted()).isZero();
  }

  @Test
  void accounts_takeNoRoomFromEachOther() {
    TestAccount alice = rig.register(2, "alice");
    assertThat(reserve(bob, 1, LIMIT, LIMIT).hasReserved()).isTrue();
    assertThat(reserve(alice, 1, LIMIT, LIMIT).hasReserved()).isTrue();
    release(alice, 1);
    assertThat(reserve(bob, 2, 1, LIMIT).hasNoRoom()).isTrue();
  }

  @Test
  void numbersTooLargeForALong_areNoRoomAndNoLimit() throws Exception {
    assertThat(reserve(bob, 1, -1, -1).hasNoRoom()).isTrue();
    assertThat(reserve(bob, 1, Long.MAX_VALUE, LIMIT).hasNoRoom()).isTrue();
    assertThat(reserve(bob, 1, 600, -1).hasReserved()).isTrue();
    assertThat(reserve(bob, 2, Long.MAX_VALUE, -1).hasNoRoom()).isTrue();
    assertThat(noted()).isEqualTo(600);
  }

  @Test
  void accountThatIsNotThere_isUnknownAndReleaseIsNoError() throws Exception {
    TestAccount nobody = TestAccount.found(9);
    assertThat(reserve(nobody, 1, 1, LIMIT).hasUnknownAccount()).isTrue();
    release(nobody, 1);
    assertThat(noted()).isZero();
  }

  @Test
  void manyAtOnce_neverTakeMoreThanThereIs() throws Exception {
    List<Callable<ReserveResponse>> all = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      int name = i;
      all.add(() -> reserve(bob, name, 100, LIMIT));
    }
    int reserved = 0;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var done : threads.invokeAll(all)) {
        reserved += done.get().hasReserved() ? 1 : 0;
      }
    }
    assertThat(reserved).isEqualTo(10);
    assertThat(noted()).isEqualTo(LIMIT);
  }

  @Test
  void commitOfUnknownOutcome_isRepeatedWithoutASecondRoom() throws Exception {
    for (boolean stored : new boolean[] {true, false}) {
      rig.dialect.inject(new FaultyDialect.NextCommitUnknown(stored));
      int name = stored ? 1 : 2;
      assertThatThrownBy(() -> reserve(bob, name, 100, LIMIT))
          .matches(e -> Statuses.reason(e).equals(java.util.Optional.of(Reason.UNAVAILABLE)));
      assertThat(reserve(bob, name, 100, LIMIT).hasReserved()).isTrue();
    }
    assertThat(noted()).isEqualTo(200);
  }

  @Test
  void room_isStillTakenAfterARestart() {
    assertThat(reserve(bob, 1, 600, LIMIT).hasReserved()).isTrue();
    rig = rig.reopen();
    assertThat(reserve(bob, 2, 600, LIMIT).getNoRoom().getUsed()).isEqualTo(600);
  }
}
