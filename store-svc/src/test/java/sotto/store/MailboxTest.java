package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.testing.TestAccount;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.CheckMissedRequest;
import sotto.mailbox.v1.CheckMissedResponse;
import sotto.mailbox.v1.DevicePosition;
import sotto.mailbox.v1.GetLastSeenRequest;
import sotto.mailbox.v1.LastSeen;
import sotto.mailbox.v1.NoteLastSeenRequest;
import sotto.mailbox.v1.OpenDevice;
import sotto.mailbox.v1.OpenDeviceResult;
import sotto.mailbox.v1.OpenDevicesRequest;
import sotto.mailbox.v1.ReadRequest;
import sotto.mailbox.v1.ReadResponse;

/// Connecting, reading, expiry, dormancy, last seen.
@ContractTest
final class MailboxTest {
  private static final long STEP = 1L << 20;

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

  @Test
  void connectionNumber_mustRiseButNotFar() {
    assertThat(rig.connect(bob, 1, 5).hasOpened()).isTrue();
    assertThat(rig.connect(bob, 1, 5).getDiverged().getHighest()).isEqualTo(5);
    assertThat(rig.connect(bob, 1, 4).getDiverged().getHighest()).isEqualTo(5);
    assertThat(rig.connect(bob, 1, 5 + STEP + 1).hasTooHigh()).isTrue();
    assertThat(rig.connect(bob, 1, -1).hasTooHigh()).isTrue();
    rig = rig.reopen();
    assertThat(rig.connect(bob, 1, 5).getDiverged().getHighest()).isEqualTo(5);
    assertThat(rig.connect(bob, 1, 5 + STEP).hasOpened()).isTrue();
  }

  private static OpenDevice.Builder opening(TestAccount account, long number) {
    return OpenDevice.newBuilder()
        .setAccountId(Rig.id(account))
        .setDevice(1)
        .setConnectionNumber(number);
  }

  private OpenDeviceResult connect(long number, long heard) {
    return rig.mailbox()
        .openDevices(
            OpenDevicesRequest.newBuilder()
                .addDevices(opening(bob, number).setHeard(heard))
                .build())
        .getResults(0);
  }

  @Test
  void deviceThatDidNotHearOfTheHighestNumber_isDiverged_untilItHas() {
    assertThat(connect(5, 0).hasOpened()).isTrue();
    assertThat(connect(7, 5).hasOpened()).isTrue();
    assertThat(connect(9, 5).getDiverged().getHighest()).isEqualTo(7);
    assertThat(connect(10, 6).getDiverged().getHighest()).isEqualTo(7);
    rig = rig.reopen();
    assertThat(connect(11, 5).getDiverged().getHighest()).isEqualTo(7);
    assertThat(connect(11, 7).hasOpened()).isTrue();
  }

  /// A store that was put back: the device is ahead, and nobody else was it.
  @Test
  void deviceThatHeardOfMoreThanTheStoreKnows_isWelcome() {
    assertThat(connect(5, 4).hasOpened()).isTrue();
    assertThat(connect(9, 8).hasOpened()).isTrue();
  }

  @Test
  void deviceThatIsNotInTheChain_isRemoved() {
    assertThat(rig.connect(bob, 2, 1).hasRemoved()).isTrue();
    assertThat(rig.connect(TestAccount.found(9), 1, 1).hasRemoved()).isTrue();
  }

  @Test
  void devicesOfOneRequest_areAnsweredInOrder() {
    TestAccount alice = rig.register(2, "alice");
    rig.connect(alice, 1, 7);
    OpenDevicesRequest.Builder request = OpenDevicesRequest.newBuilder();
    for (TestAccount account : List.of(bob, TestAccount.found(9), alice, bob)) {
      request.addDevices(opening(account, 3));
    }
    List<OpenDeviceResult> results = rig.mailbox().openDevices(request.build()).getResultsList();
    assertThat(results.get(0).hasOpened()).isTrue();
    assertThat(results.get(1).hasRemoved()).isTrue();
    assertThat(results.get(2).getDiverged().getHighest()).isEqualTo(7);
    assertThat(results.get(3).getDiverged().getHighest()).isEqualTo(3);
  }

  private ReadResponse page(long after, int envelopes, int bytes) {
    return rig.mailbox()
        .read(
            ReadRequest.newBuilder()
                .setAccountId(Rig.id(bob))
                .setDevice(1)
                .setAfter(after)
                .setMaxEnvelopes(envelopes)
                .setMaxBytes(bytes)
                .build());
  }

  @Test
  void pages_coverTheMailboxOnceInOrder() throws Exception {
    List<String> expected = new ArrayList<>();
    try (Appender relay = rig.appender()) {
      for (int i = 0; i < 100; i++) {
        relay.one(rig.append(bob, i));
        expected.add("envelope " + i);
      }
    }
    for (int size : new int[] {1, 7, 16, 100, 256}) {
      List<String> seen = new ArrayList<>();
      long after = 0;
      ReadResponse page;
      do {
        page = page(after, size, 1 << 20);
        assertThat(page.getDeliveriesCount()).isBetween(1, size);
        page.getDeliveriesList().forEach(d -> seen.add(d.getEnvelope().toStringUtf8()));
        after = page.getLast();
      } while (page.getMore());
      assertThat(seen).isEqualTo(expected);
    }
  }

  @Test
  void pageOfFewBytes_hasOneEnvelopeAtLeast() throws Exception {
    try (Appender relay = rig.appender()) {
      for (int i = 0; i < 3; i++) {
        Append.Builder append = rig.append(bob, i);
        append.getDevicesBuilder(0).setEnvelope(ByteString.copyFrom(new byte[1000]));
        relay.one(append);
      }
    }
    assertThat(page(0, 256, 10).getDeliveriesCount()).isEqualTo(1);
    assertThat(page(0, 256, 2000).getDeliveriesCount()).isEqualTo(2);
    assertThat(page(0, 256, 2000).getMore()).isTrue();
    assertThat(page(0, 256, 3000).getMore()).isFalse();
  }

  @Test
  void lastOfAnEmptyMailbox_isTheOwnersValue() throws Exception {
    long start = rig.read(bob, 1, 0).getLast();
    try (Appender relay = rig.appender()) {
      var stored = relay.one(rig.append(bob, 1)).getAppended().getStored(0);
      assertThat(stored.getPrevious()).isEqualTo(start);
      rig.clock.pass(Duration.ofDays(30));
      rig.store().sweep(bob.id().bucket());
      // The row is gone, but the chain goes on from it.
      assertThat(rig.mailbox(bob, 1)).isEmpty();
      assertThat(rig.read(bob, 1, 0).getLast()).isEqualTo(stored.getPosition());
    }
  }

  @Test
  void expiry_removesWhatIsOldAndNothingElse() throws Exception {
    TestAccount alice = rig.register(2, "alice");
    try (Appender relay = rig.appender()) {
      relay.ask(rig.append(bob, 1), rig.append(alice, 1));
      rig.clock.pass(Duration.ofDays(29));
      relay.one(rig.append(bob, 2));
      assertThat(rig.store().sweep(bob.id().bucket())).isZero();
      rig.clock.pass(Duration.ofDays(1));
      assertThat(rig.store().sweep(bob.id().bucket())).isEqualTo(1);
      assertThat(rig.mailbox(bob, 1)).containsExactly("envelope 2");
      assertThat(rig.mailbox(alice, 1)).hasSize(1);
    }
  }

  @Test
  void backlog_isCountedByAge_andKnowsItsOldest() throws Exception {
    var backlog = rig.store().backlog();
    try (Appender relay = rig.appender()) {
      relay.one(rig.append(bob, 1));
      rig.clock.pass(Duration.ofDays(8));
      relay.ask(rig.append(bob, 2), rig.append(bob, 3));
      rig.clock.pass(Duration.ofHours(2));
      relay.one(rig.append(bob, 4));
      backlog.count(bob.id().bucket());
      assertThat(IntStream.rangeClosed(0, 4).mapToObj(backlog::envelopes))
          .containsExactly(1L, 0L, 2L, 0L, 1L);
      assertThat(backlog.oldest()).isEqualTo(Duration.ofHours(8 * 24 + 2));
    }
    rig.clock.pass(Duration.ofDays(40));
    rig.store().sweep(bob.id().bucket());
    backlog.count(bob.id().bucket());
    assertThat(IntStream.rangeClosed(0, 4).mapToLong(backlog::envelopes).sum()).isZero();
    assertThat(backlog.oldest()).isZero();
  }

  @Test
  void takenKeys_areForgottenAfterThirtyDays() throws Exception {
    rig.database.insert(
        "INSERT INTO taken_pre_key (account_id, device_id, kind, key_id, digest, taken_at) VALUES"
            + " (X'"
            + bob.id()
            + "', 1, 3, 1, X'00', "
            + rig.clock.millis()
            + ")");
    rig.clock.pass(Duration.ofDays(29));
    rig.store().sweep(bob.id().bucket());
    assertThat(rig.count("SELECT COUNT(*) FROM taken_pre_key")).isEqualTo(1);
    rig.clock.pass(Duration.ofDays(1));
    rig.store().sweep(bob.id().bucket());
    assertThat(rig.count("SELECT COUNT(*) FROM taken_pre_key")).isZero();
  }

  @Test
  void dormantDevice_getsNothingIsNamedAndWakesByConnecting() throws Exception {
    rig.addDevice(bob);
    rig.clock.pass(Duration.ofDays(40));
    rig.connect(bob, 1, 1);
    rig.clock.pass(Duration.ofDays(6));
    try (Appender relay = rig.appender()) {
      AppendResult result = relay.one(rig.append(bob, 1));
      assertThat(result.getAppended().getDormantDevicesList()).containsExactly(2);
      assertThat(rig.mailbox(bob, 2)).isEmpty();
      assertThat(rig.mailbox(bob, 1)).hasSize(1);
      // Leaving it out is right, too.
      Append.Builder without = rig.append(bob, 2);
      without.removeDevices(1);
      assertThat(relay.one(without).hasAppended()).isTrue();
      assertThat(rig.connect(bob, 2, 1).getOpened().getMissedSinceMs())
          .isEqualTo(rig.clock.millis());
      assertThat(relay.one(rig.append(bob, 3)).getAppended().getStoredCount()).isEqualTo(2);
    }
  }

  @Test
  void lastDevice_isNeverDormant() throws Exception {
    rig.addDevice(bob);
    rig.connect(bob, 2, 1);
    rig.clock.pass(Duration.ofDays(400));
    try (Appender relay = rig.appender()) {
      AppendResult result = relay.one(rig.append(bob, 1));
      assertThat(result.getAppended().getDormantDevicesList()).hasSize(1);
      assertThat(result.getAppended().getStoredCount()).isEqualTo(1);
    }
  }

  private CheckMissedResponse check(long last, int device) {
    return rig.mailbox()
        .checkMissed(
            CheckMissedRequest.newBuilder()
                .addDevices(
                    DevicePosition.newBuilder()
                        .setAccountId(Rig.id(bob))
                        .setDevice(device)
                        .setLast(last))
                .build());
  }

  @Test
  void missedCheck_namesWhatIsBehindAndWhatIsRemoved() throws Exception {
    try (Appender relay = rig.appender()) {
      long position = relay.one(rig.append(bob, 1)).getAppended().getStored(0).getPosition();
      assertThat(check(position - 1, 1).getMissedList()).containsExactly(0);
      assertThat(check(position, 1)).isEqualTo(CheckMissedResponse.getDefaultInstance());
      assertThat(check(position, 2).getRemovedList()).containsExactly(0);
    }
  }

  @Test
  void connectedDevice_isSeenByItsMissedChecks() throws Exception {
    rig.addDevice(bob);
    rig.connect(bob, 1, 1);
    rig.connect(bob, 2, 1);
    rig.clock.pass(Duration.ofDays(44));
    check(0, 1);
    // The note is queued behind nothing: the next write comes after it.
    rig.clock.pass(Duration.ofDays(2));
    try (Appender relay = rig.appender()) {
      assertThat(relay.one(rig.append(bob, 1)).getAppended().getDormantDevicesList())
          .containsExactly(2);
    }
  }

  private static ByteString key(int n) {
    return ByteString.copyFrom(new byte[15]).concat(ByteString.copyFrom(new byte[] {(byte) n}));
  }

  private static ByteString hash(int n) throws Exception {
    return ByteString.copyFrom(MessageDigest.getInstance("SHA-256").digest(key(n).toByteArray()));
  }

  private long lastSeen(TestAccount account, int key) {
    return rig.mailbox()
        .getLastSeen(
            GetLastSeenRequest.newBuilder()
                .setAccountId(Rig.id(account))
                .setAccessKey(key(key))
                .build())
        .getLastSeenMs();
  }

  private void note(long at, ByteString... hashes) {
    rig.mailbox()
        .noteLastSeen(
            NoteLastSeenRequest.newBuilder()
                .addAccounts(
                    LastSeen.newBuilder()
                        .setAccountId(Rig.id(bob))
                        .setLastSeenMs(at)
                        .addAllAccessKeyHashes(List.of(hashes)))
                .build());
  }

  @Test
  void lastSeen_isToldToThoseWithAKeyOnly() throws Exception {
    assertThat(lastSeen(bob, 1)).isZero();
    note(300_000, hash(1), hash(2));
    assertThat(lastSeen(bob, 1)).isEqualTo(300_000);
    assertThat(lastSeen(bob, 2)).isEqualTo(300_000);
    assertThat(lastSeen(bob, 3)).isZero();
    assertThat(lastSeen(TestAccount.found(9), 1)).isZero();
    note(200_000, hash(3));
    assertThat(lastSeen(bob, 3)).isEqualTo(300_000);
    assertThat(lastSeen(bob, 1)).isZero();
    note(600_000);
    assertThat(lastSeen(bob, 3)).isZero();
  }
}
