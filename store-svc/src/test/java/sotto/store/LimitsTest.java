package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.DeviceId;
import sotto.chain.testing.TestAccount;
import sotto.mailbox.v1.AckRequest;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.DeviceAck;

@ContractTest
final class LimitsTest {
  private static final int FULL = 8;
  private static final long BYTES = 400_000;

  @TempDir Path folder;
  private Rig rig;
  private Appender relay;
  private TestAccount bob;

  @BeforeEach
  void open() {
    rig = Rig.open(folder, c -> Rig.limits(c, FULL, BYTES));
    bob = rig.register(1, "bob");
    relay = rig.appender();
  }

  @AfterEach
  void close() {
    relay.close();
    rig.close();
  }

  private void restart() {
    relay.close();
    rig = rig.reopen();
    relay = rig.appender();
  }

  private void fill() throws InterruptedException {
    for (int i = 0; i < FULL; i++) {
      assertThat(relay.one(rig.append(bob, 1000 + i)).hasAppended()).isTrue();
    }
  }

  private void ackFirst(int device) {
    long position = rig.read(bob, device, 0).getDeliveries(0).getPosition();
    rig.mailbox()
        .ack(
            AckRequest.newBuilder()
                .addAcks(
                    DeviceAck.newBuilder()
                        .setAccountId(Rig.id(bob))
                        .setDevice(device)
                        .addPositions(position))
                .build());
  }

  @Test
  void fullMailbox_refusesUntilSomethingIsAcked() throws Exception {
    fill();
    assertThat(relay.one(rig.append(bob, 1)).hasMailboxFull()).isTrue();
    restart();
    assertThat(relay.one(rig.append(bob, 1)).hasMailboxFull()).isTrue();
    ackFirst(1);
    assertThat(relay.one(rig.append(bob, 1)).hasAppended()).isTrue();
    assertThat(relay.one(rig.append(bob, 2)).hasMailboxFull()).isTrue();
  }

  @Test
  void duplicateToAFullMailbox_isAcceptedWithItsPlace() throws Exception {
    long place = relay.one(rig.append(bob, 1)).getAppended().getStored(0).getPosition();
    for (int i = 1; i < FULL; i++) {
      relay.one(rig.append(bob, 1000 + i));
    }
    AppendResult again = relay.one(rig.append(bob, 1));
    assertThat(again.getAppended().getStored(0).getPosition()).isEqualTo(place);
    assertThat(rig.mailbox(bob, 1)).hasSize(FULL);
  }

  @Test
  void duplicatesInABatchAtTheBrink_doNotTakeRoom() throws Exception {
    for (int i = 0; i < FULL - 1; i++) {
      relay.one(rig.append(bob, 1000 + i));
    }
    List<AppendResult> results =
        relay.ask(rig.append(bob, 1000), rig.append(bob, 1001), rig.append(bob, 1));
    assertThat(results).allMatch(AppendResult::hasAppended);
    assertThat(rig.mailbox(bob, 1)).hasSize(FULL);
  }

  @Test
  void oneFullDevice_isNamedAndTheOthersGetIt() throws Exception {
    fill();
    rig.addDevice(bob);
    AppendResult result = relay.one(rig.append(bob, 1));
    assertThat(result.getAppended().getFullDevicesList()).containsExactly(1);
    assertThat(rig.mailbox(bob, 2)).containsExactly("envelope 1");
    assertThat(rig.mailbox(bob, 1)).hasSize(FULL);
  }

  @Test
  void retry_neverAddsADeviceThatWasFull() throws Exception {
    fill();
    rig.addDevice(bob);
    relay.one(rig.append(bob, 1));
    ackFirst(1);
    AppendResult retry = relay.one(rig.append(bob, 1));
    assertThat(retry.getAppended().getFullDevicesList()).containsExactly(1);
    assertThat(rig.mailbox(bob, 1)).doesNotContain("envelope 1");
    // Something new has its place there.
    assertThat(relay.one(rig.append(bob, 2)).getAppended().getStoredCount()).isEqualTo(2);
  }

  @Test
  void retryThatNamesANewDevice_reachesIt() throws Exception {
    relay.one(rig.append(bob, 1));
    rig.addDevice(bob);
    AppendResult retry = relay.one(rig.append(bob, 1));
    assertThat(retry.getAppended().getStoredCount()).isEqualTo(2);
    assertThat(rig.mailbox(bob, 1)).containsExactly("envelope 1");
    assertThat(rig.mailbox(bob, 2)).containsExactly("envelope 1");
  }

  @Test
  void gap_isToldOnceAtTheNextConnect() throws Exception {
    fill();
    rig.clock.pass(Duration.ofMinutes(1));
    long since = rig.clock.millis();
    relay.one(rig.append(bob, 1));
    rig.clock.pass(Duration.ofMinutes(1));
    relay.one(rig.append(bob, 2));
    restart();
    assertThat(rig.connect(bob, 1, 1).getOpened().getMissedSinceMs()).isEqualTo(since);
    assertThat(rig.connect(bob, 1, 2).getOpened().getMissedSinceMs()).isZero();
  }

  @Test
  void identifiedSender_hasAtMostAQuarter() throws Exception {
    TestAccount alice = rig.register(2, "alice");
    TestAccount carol = rig.register(3, "carol");
    for (int i = 0; i < FULL / 4; i++) {
      assertThat(relay.one(rig.append(alice.address(DeviceId.FIRST), bob, i)).hasAppended())
          .isTrue();
    }
    // Another device of the same account is the same sender.
    assertThat(relay.one(rig.append(alice.address(new DeviceId(2)), bob, 50)).hasMailboxFull())
        .isTrue();
    restart();
    assertThat(relay.one(rig.append(alice.address(DeviceId.FIRST), bob, 51)).hasMailboxFull())
        .isTrue();
    assertThat(relay.one(rig.append(carol.address(DeviceId.FIRST), bob, 1)).hasAppended()).isTrue();
    assertThat(relay.one(rig.append(bob, 1)).hasAppended()).isTrue();
    ackFirst(1);
    assertThat(relay.one(rig.append(alice.address(DeviceId.FIRST), bob, 51)).hasAppended())
        .isTrue();
  }

  @Test
  void bytes_areLimitedToo() throws Exception {
    for (int i = 0; i < 4; i++) {
      assertThat(relay.one(large(i)).hasAppended()).isTrue();
    }
    assertThat(relay.one(large(5)).hasMailboxFull()).isTrue();
    assertThat(relay.one(rig.append(bob, 6)).hasAppended()).isTrue();
  }

  private Append.Builder large(long n) {
    Append.Builder append = rig.append(bob, n);
    append.getDevicesBuilder(0).setEnvelope(ByteString.copyFrom(new byte[95_000]));
    return append;
  }
}
