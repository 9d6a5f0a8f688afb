package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.account.v1.GetSlotRequest;
import sotto.account.v1.PutSlotRequest;
import sotto.chain.testing.TestAccount;
import sotto.mailbox.v1.AckRequest;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.CheckMissedRequest;
import sotto.mailbox.v1.DeviceAck;
import sotto.mailbox.v1.DevicePosition;
import sotto.mesh.testing.HandClock;
import sotto.proto.Reason;
import sotto.proto.Statuses;
import sotto.quota.v1.QuotaServiceGrpc;
import sotto.quota.v1.ReserveRequest;
import sotto.store.write.Peers.Pulse;

/// Two stores on one database (protocol B2, B3).
@SharedTest
final class TwoOwnersTest {
  private static final Duration GRACE = Duration.ofSeconds(10);

  @TempDir Path folder;
  private final HandClock clock = new HandClock();
  private final KnownPeers peers = new KnownPeers();
  private Rig first;
  private Rig second;
  private TestAccount bob;

  @BeforeEach
  void open() {
    first = Rig.pod(folder.resolve("first"), "store-0", clock, peers);
    second = Rig.pod(folder.resolve("second"), "store-1", clock, peers);
    bob = first.register(1, "bob");
  }

  @AfterEach
  void close() {
    second.close();
    first.close();
  }

  private AppendResult append(Rig rig, long n) throws InterruptedException {
    try (Appender relay = rig.appender()) {
      return relay.one(rig.append(bob, n));
    }
  }

  private long owned(String pod) throws Exception {
    return first.count("SELECT COUNT(*) FROM bucket WHERE owner LIKE '" + pod + "/%'");
  }

  @Test
  void slot_isWithTheOwnerOfItsBucket_andTheOtherSaysWhoThatIs() {
    ByteString address = Rig.id(bob).concat(ByteString.copyFrom(new byte[16]));
    PutSlotRequest put =
        PutSlotRequest.newBuilder()
            .setAddress(address)
            .setMessage(ByteString.copyFromUtf8("hi"))
            .build();
    GetSlotRequest get = GetSlotRequest.newBuilder().setAddress(address).build();
    assertThat(first.accounts().putSlot(put).hasFilled()).isTrue();
    assertThat(first.accounts().getSlot(get).getMessage().toStringUtf8()).isEqualTo("hi");
    assertThatThrownBy(() -> second.accounts().getSlot(get))
        .satisfies(e -> assertThat(Statuses.movedTo(e).orElseThrow()).startsWith("store-0/"));
    assertThatThrownBy(() -> second.accounts().putSlot(put))
        .satisfies(e -> assertThat(Statuses.reason(e)).contains(Reason.MOVED));
  }

  @Test
  void freeBucket_isTakenByWhoeverIsAskedForIt() throws Exception {
    assertThat(owned("store-0")).isEqualTo(1);
    assertThat(owned("store-1")).isZero();
    TestAccount carol = second.register(3, "carol");
    assertThat(owned("store-1")).isEqualTo(1);
    assertThat(first.read(carol, 1, 0).getMoved().getOwner()).startsWith("store-1/");
    assertThat(append(first, 1).getEpoch()).isEqualTo(1);
  }

  @Test
  void ownerThatAnswers_keepsItsBucket() throws Exception {
    clock.pass(Duration.ofHours(1));
    assertThat(append(second, 1).getMoved().getOwner()).startsWith("store-0/");
    assertThat(second.read(bob, 1, 0).getMoved().getOwner()).startsWith("store-0/");
    assertThat(append(first, 1).hasAppended()).isTrue();
  }

  @Test
  void roomForABlob_isTakenAtTheOwnerAlone() {
    ReserveRequest request =
        ReserveRequest.newBuilder()
            .setAccountId(Rig.id(bob))
            .setName(Rig.bytes(32, 1, 1))
            .setSize(1)
            .setLimit(1)
            .build();
    assertThatThrownBy(() -> QuotaServiceGrpc.newBlockingStub(second.channel()).reserve(request))
        .matches(e -> Statuses.reason(e).equals(Optional.of(Reason.MOVED)));
    assertThat(QuotaServiceGrpc.newBlockingStub(first.channel()).reserve(request).hasReserved())
        .isTrue();
  }

  @Test
  void ownerThatHasBeenAsked_theAnswerIsAgain() throws Exception {
    clock.pass(Duration.ofHours(1));
    peers.set("store-0", Pulse.ASKED);
    assertThat(append(second, 1).hasAgain()).isTrue();
    assertThat(append(first, 1).hasAppended()).isTrue();
  }

  @Test
  void silentOwner_keepsItsBucketForTenSecondsAfterItTookIt() throws Exception {
    peers.set("store-0", Pulse.SILENT);
    clock.pass(GRACE.minusMillis(1));
    assertThat(append(second, 1).getMoved().getOwner()).startsWith("store-0/");
    clock.pass(Duration.ofMillis(1));
    AppendResult taken = append(second, 1);
    assertThat(taken.hasAppended()).isTrue();
    assertThat(taken.getEpoch()).isEqualTo(2);
  }

  @Test
  void takenOverOwner_answersMovedAndStoresNothing() throws Exception {
    long position = append(first, 1).getAppended().getStored(0).getPosition();
    clock.pass(GRACE);
    peers.set("store-0", Pulse.SILENT);
    assertThat(append(second, 2).getAppended().getStored(0).getPosition()).isGreaterThan(position);

    assertThat(append(first, 3).getMoved().getOwner()).startsWith("store-1/");
    assertThat(first.read(bob, 1, 0).getMoved().getOwner()).startsWith("store-1/");
    assertThat(first.connect(bob, 1, 1).hasMoved()).isTrue();
    var ack = DeviceAck.newBuilder().setAccountId(Rig.id(bob)).setDevice(1).addPositions(position);
    assertThat(
            first
                .mailbox()
                .ack(AckRequest.newBuilder().addAcks(ack).build())
                .getResults(0)
                .hasMoved())
        .isTrue();
    var missed = DevicePosition.newBuilder().setAccountId(Rig.id(bob)).setDevice(1);
    assertThat(
            first
                .mailbox()
                .checkMissed(CheckMissedRequest.newBuilder().addDevices(missed).build())
                .getMovedList())
        .containsExactly(0);
    assertThat(second.mailbox(bob, 1)).containsExactly("envelope 1", "envelope 2");
  }

  /// Nobody writes in between: what the first one reads must not come from what it remembers.
  @Test
  void takenOverOwner_thatOnlyReads_answersMoved() throws Exception {
    append(first, 1);
    clock.pass(GRACE);
    peers.set("store-0", Pulse.SILENT);
    append(second, 2);
    assertThat(first.read(bob, 1, 0).getMoved().getOwner()).startsWith("store-1/");
  }

  @Test
  void closedOwner_leavesItsBucketsToTheNextAtOnce() throws Exception {
    append(first, 1);
    first.close();
    assertThat(owned("store-0")).isZero();
    AppendResult next = append(second, 2);
    assertThat(next.getEpoch()).isEqualTo(2);
    assertThat(second.mailbox(bob, 1)).containsExactly("envelope 1", "envelope 2");
  }

  @Test
  void restartedPod_takesItsOwnAtOnceAndTheReplacedOneNothingAnyMore() throws Exception {
    append(first, 1);
    try (Rig restarted = Rig.pod(folder.resolve("restarted"), "store-0", clock, peers)) {
      assertThat(append(restarted, 2).getEpoch()).isEqualTo(2);
      peers.set("store-0", Pulse.SILENT);
      for (int i = 0; i < 2; i++) {
        assertThat(append(first, 3).getMoved().getOwner()).startsWith("store-0/");
        clock.pass(Duration.ofHours(1));
      }
      // Not even what is free.
      assertThat(first.read(TestAccount.found(9), 1, 0).hasMoved()).isTrue();
      assertThat(append(restarted, 4).hasAppended()).isTrue();
      assertThat(restarted.mailbox(bob, 1))
          .containsExactly("envelope 1", "envelope 2", "envelope 4");
    }
  }

  @Test
  void readerOfAnOwnerThatHasBeenAsked_isTurnedAway() {
    clock.pass(Duration.ofHours(1));
    peers.set("store-0", Pulse.ASKED);
    // The row names the other owner, whatever is known of it.
    assertThat(second.read(bob, 1, 0).getMoved().getOwner()).startsWith("store-0/");
    assertThatThrownBy(() -> second.addDevice(bob))
        .satisfies(e -> assertThat(Statuses.reason(e)).contains(Reason.UNAVAILABLE));
  }
}
