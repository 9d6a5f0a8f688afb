package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.account.v1.AppendLinkRequest;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chain.testing.TestAccount;
import sotto.chat.v1.Delivery;
import sotto.mailbox.v1.AckRequest;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.CheckMissedRequest;
import sotto.mailbox.v1.CheckMissedResponse;
import sotto.mailbox.v1.DeviceAck;
import sotto.mailbox.v1.DevicePosition;
import sotto.mailbox.v1.ReadRequest;
import sotto.mailbox.v1.ReadResponse;
import sotto.store.cold.ColdMetrics;
import sotto.store.cold.ColdStore;
import sotto.store.mailbox.ColdRules;
import sotto.store.testing.ColdFault;

/// Envelopes that have long been undelivered (protocol P4).
@ContractTest
final class ColdTierTest {
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration WEEK = Duration.ofDays(7);

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

  private static List<String> envelopes(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "envelope " + i).toList();
  }

  private List<AppendResult> append(int from, int to) throws InterruptedException {
    try (Appender relay = rig.appender()) {
      return relay.ask(
          IntStream.range(from, to)
              .mapToObj(i -> rig.append(bob, i))
              .toArray(Append.Builder[]::new));
    }
  }

  private static long position(AppendResult result) {
    return result.getAppended().getStored(0).getPosition();
  }

  private void cool() {
    rig.store().cool(bob.id().bucket());
  }

  /// So many envelopes that are a week old, in segments.
  private List<AppendResult> cold(int count) throws InterruptedException {
    List<AppendResult> results = append(0, count);
    rig.clock.pass(WEEK);
    cool();
    return results;
  }

  private long rows() throws Exception {
    return rig.count("SELECT COUNT(*) FROM inbox");
  }

  private long segments() throws Exception {
    return rig.count("SELECT COUNT(*) FROM inbox_segment");
  }

  private long loose() throws Exception {
    return rig.count("SELECT COUNT(*) FROM loose_segment");
  }

  private void ack(int device, long... positions) {
    var result =
        rig.mailbox()
            .ack(
                AckRequest.newBuilder()
                    .addAcks(
                        DeviceAck.newBuilder()
                            .setAccountId(Rig.id(bob))
                            .setDevice(device)
                            .addAllPositions(LongStream.of(positions).boxed().toList()))
                    .build());
    assertThat(result.getResults(0).hasAcked()).isTrue();
  }

  @Test
  void weekOldEnvelopes_moveAndAreReadAsIfTheyHadNot() throws Exception {
    append(0, 3);
    rig.clock.pass(WEEK.minusMillis(1));
    cool();
    assertThat(rig.cold.names()).isEmpty();
    ReadResponse before = rig.read(bob, 1, 0);
    rig.clock.pass(Duration.ofMillis(1));
    append(3, 5);
    cool();
    assertThat(rows()).isEqualTo(2);
    assertThat(segments()).isEqualTo(1);
    assertThat(rig.cold.names()).hasSize(1);
    assertThat(loose()).isZero();
    ReadResponse after = rig.read(bob, 1, 0);
    assertThat(after.getDeliveriesList().subList(0, 3)).isEqualTo(before.getDeliveriesList());
    assertThat(rig.mailbox(bob, 1)).isEqualTo(envelopes(0, 5));
    assertThat(after.getLast()).isEqualTo(after.getDeliveries(4).getPosition());
    rig = rig.reopen();
    assertThat(rig.mailbox(bob, 1)).isEqualTo(envelopes(0, 5));
  }

  @Test
  void nothingMoves_whenItIsOffOrThereIsNoPlace() {
    Optional<ColdStore> there = Optional.of(rig.cold);
    assertThat(new ColdRules(there, WEEK, DAY, ColdMetrics.NONE).moves()).isTrue();
    assertThat(new ColdRules(there, Duration.ZERO, DAY, ColdMetrics.NONE).moves()).isFalse();
    assertThat(new ColdRules(Optional.empty(), WEEK, DAY, ColdMetrics.NONE).moves()).isFalse();
  }

  @Test
  void deviceThatWasSeenLately_isLeftOut() throws Exception {
    rig.addDevice(bob);
    append(0, 3);
    rig.clock.pass(WEEK);
    rig.connect(bob, 1, 1);
    cool();
    assertThat(rig.count("SELECT COUNT(*) FROM inbox WHERE device_id = 1")).isEqualTo(3);
    assertThat(rig.count("SELECT COUNT(*) FROM inbox WHERE device_id = 2")).isZero();
    assertThat(rig.mailbox(bob, 1)).isEqualTo(envelopes(0, 3));
    assertThat(rig.mailbox(bob, 2)).isEqualTo(envelopes(0, 3));
  }

  @Test
  void pages_coverSegmentsAndRowsOnceInOrder() throws Exception {
    cold(300);
    append(300, 340);
    assertThat(segments()).isEqualTo(2);
    for (int size : new int[] {1, 7, 100, 256}) {
      List<String> seen = new ArrayList<>();
      long after = 0;
      ReadResponse page;
      do {
        page =
            rig.mailbox()
                .read(
                    ReadRequest.newBuilder()
                        .setAccountId(Rig.id(bob))
                        .setDevice(1)
                        .setAfter(after)
                        .setMaxEnvelopes(size)
                        .setMaxBytes(1 << 20)
                        .build());
        assertThat(page.getDeliveriesCount()).isBetween(1, size);
        page.getDeliveriesList().forEach(d -> seen.add(d.getEnvelope().toStringUtf8()));
        after = page.getLast();
      } while (page.getMore());
      assertThat(seen).isEqualTo(envelopes(0, 340));
    }
  }

  @Test
  void largeEnvelopes_makeSegmentsThatTheWireTakes() throws Exception {
    try (Appender relay = rig.appender()) {
      for (int i = 0; i < 25; i++) {
        Append.Builder append = rig.append(bob, i);
        append.getDevicesBuilder(0).setEnvelope(ByteString.copyFrom(new byte[98_560]));
        assertThat(relay.one(append).hasAppended()).isTrue();
      }
    }
    rig.clock.pass(WEEK);
    cool();
    assertThat(rows()).isZero();
    assertThat(segments()).isEqualTo(3);
    rig.cold
        .names()
        .forEach(name -> assertThat(rig.cold.find(name).orElseThrow().size()).isLessThan(2 << 20));
  }

  @Test
  void lateRetry_isAnsweredWithItsPlaceAndStoresNoSecondCopy() throws Exception {
    List<AppendResult> first = cold(3);
    for (boolean restart : new boolean[] {false, true}) {
      if (restart) {
        rig = rig.reopen();
      }
      AppendResult again = append(1, 2).getFirst();
      assertThat(position(again)).isEqualTo(position(first.get(1)));
      assertThat(again.getAppended().getAcceptedAtMs())
          .isEqualTo(first.get(1).getAppended().getAcceptedAtMs());
      assertThat(rows()).isZero();
      assertThat(rig.mailbox(bob, 1)).isEqualTo(envelopes(0, 3));
    }
    // What it has acked may come once more.
    ack(1, position(first.get(1)));
    assertThat(position(append(1, 2).getFirst())).isGreaterThan(position(first.get(2)));
    assertThat(rig.mailbox(bob, 1)).containsExactly("envelope 0", "envelope 2", "envelope 1");
  }

  @Test
  void acks_leaveTheRestAndTheLastTakesTheBlobAlong() throws Exception {
    List<AppendResult> all = cold(4);
    append(4, 5);
    ack(1, position(all.get(1)), position(all.get(2)), 12345);
    assertThat(rig.mailbox(bob, 1)).containsExactly("envelope 0", "envelope 3", "envelope 4");
    rig = rig.reopen();
    assertThat(rig.mailbox(bob, 1)).containsExactly("envelope 0", "envelope 3", "envelope 4");
    ack(1, position(all.get(0)), position(all.get(1)));
    assertThat(segments()).isEqualTo(1);
    ack(1, position(all.get(3)));
    assertThat(segments()).isZero();
    assertThat(rig.mailbox(bob, 1)).containsExactly("envelope 4");
    assertThat(rig.cold.names()).hasSize(1);
    assertThat(rig.store().deleteLoose(bob.id().bucket())).isEqualTo(1);
    assertThat(rig.cold.names()).isEmpty();
    assertThat(loose()).isZero();
  }

  @Test
  void blobThatCannotBeDeletedNow_isDeletedLater() throws Exception {
    ack(1, cold(1).stream().mapToLong(ColdTierTest::position).toArray());
    for (ColdFault fault : List.of(ColdFault.UNAVAILABLE, ColdFault.LOST_ANSWER)) {
      rig.cold.failing(() -> fault);
      assertThat(rig.store().deleteLoose(bob.id().bucket())).isZero();
      assertThat(loose()).isEqualTo(1);
    }
    rig.cold.failing(() -> ColdFault.NONE);
    assertThat(rig.store().deleteLoose(bob.id().bucket())).isEqualTo(1);
    assertThat(loose()).isZero();
  }

  @Test
  void limits_countWhatIsCold() throws Exception {
    rig.close();
    rig = Rig.open(folder, c -> Rig.limits(c, 8, 64 << 20));
    TestAccount alice = rig.register(2, "alice");
    DeviceAddress sender = new DeviceAddress(alice.id(), DeviceId.FIRST);
    List<AppendResult> sent = new ArrayList<>();
    try (Appender relay = rig.appender()) {
      for (int i = 0; i < 2; i++) {
        sent.add(relay.one(rig.append(sender, bob, i)));
      }
      for (int i = 2; i < 7; i++) {
        sent.add(relay.one(rig.append(bob, i)));
      }
    }
    rig.clock.pass(WEEK);
    cool();
    for (boolean restart : new boolean[] {false, true}) {
      if (restart) {
        rig = rig.reopen();
      }
      try (Appender relay = rig.appender()) {
        assertThat(relay.one(rig.append(sender, bob, 8)).hasMailboxFull())
            .as("a sender has a quarter")
            .isTrue();
      }
    }
    try (Appender relay = rig.appender()) {
      assertThat(relay.one(rig.append(bob, 9)).hasAppended()).isTrue();
      assertThat(relay.one(rig.append(bob, 10)).hasMailboxFull()).isTrue();
      // What is stored is stored, room or not.
      assertThat(position(relay.one(rig.append(bob, 3)))).isEqualTo(position(sent.get(3)));
      ack(1, position(sent.get(0)));
      assertThat(relay.one(rig.append(sender, bob, 8)).hasAppended()).isTrue();
      assertThat(relay.one(rig.append(bob, 10)).hasMailboxFull()).isTrue();
    }
  }

  @Test
  void expiry_reachesWhatIsColdToTheDay() throws Exception {
    append(0, 1);
    rig.clock.pass(DAY);
    append(1, 2);
    rig.clock.pass(WEEK);
    cool();
    assertThat(segments()).isEqualTo(1);
    rig.clock.pass(Duration.ofDays(22).minusMillis(1));
    assertThat(rig.store().sweep(bob.id().bucket())).isZero();
    rig.clock.pass(Duration.ofMillis(1));
    assertThat(rig.store().sweep(bob.id().bucket())).isEqualTo(1);
    assertThat(rig.mailbox(bob, 1)).containsExactly("envelope 1");
    rig.clock.pass(DAY);
    assertThat(rig.store().sweep(bob.id().bucket())).isEqualTo(1);
    assertThat(rig.mailbox(bob, 1)).isEmpty();
    assertThat(rig.store().deleteLoose(bob.id().bucket())).isEqualTo(1);
    assertThat(rig.cold.names()).isEmpty();
  }

  /// A message a day, moved every day.
  @Test
  void userWhoWasAwayFor29Days_getsEverythingInOrderOnce() throws Exception {
    for (int day = 0; day < 29; day++) {
      append(3 * day, 3 * day + 3);
      rig.clock.pass(DAY);
      cool();
      rig.store().sweep(bob.id().bucket());
    }
    assertThat(rows()).isLessThanOrEqualTo(21);
    assertThat(segments()).isGreaterThanOrEqualTo(22);
    rig = rig.reopen();
    rig.connect(bob, 1, 1);
    ReadResponse all = rig.read(bob, 1, 0);
    assertThat(all.getDeliveriesList().stream().map(d -> d.getEnvelope().toStringUtf8()))
        .isEqualTo(envelopes(0, 87));
    assertThat(all.getDeliveriesList())
        .isSortedAccordingTo(Comparator.comparingLong(Delivery::getPosition));
    ack(1, all.getDeliveriesList().stream().mapToLong(Delivery::getPosition).toArray());
    assertThat(rig.mailbox(bob, 1)).isEmpty();
    rig.store().deleteLoose(bob.id().bucket());
    assertThat(rig.cold.names()).isEmpty();
  }

  @Test
  void removedDevice_takesItsSegmentsAlong() throws Exception {
    DeviceId second = rig.addDevice(bob);
    cold(3);
    assertThat(segments()).isEqualTo(2);
    bob.removeDevice(second);
    link();
    assertThat(segments()).isEqualTo(1);
    assertThat(rig.store().deleteLoose(bob.id().bucket())).isEqualTo(1);
    assertThat(rig.cold.names()).hasSize(1);
    assertThat(rig.mailbox(bob, 1)).isEqualTo(envelopes(0, 3));
  }

  private void link() {
    var appended =
        rig.accounts(new DeviceAddress(bob.id(), DeviceId.FIRST))
            .appendLink(
                AppendLinkRequest.newBuilder()
                    .setLink(ByteString.copyFrom(bob.chain().links().getLast().bytes()))
                    .build());
    assertThat(appended.hasAppended()).isTrue();
  }

  @Test
  void endedAccount_takesAllSegmentsAlong() throws Exception {
    rig.addDevice(bob);
    cold(3);
    bob.delete();
    link();
    assertThat(segments()).isZero();
    assertThat(rig.store().deleteLoose(bob.id().bucket())).isEqualTo(2);
    assertThat(rig.cold.names()).isEmpty();
  }

  @Test
  void missedCheck_seesWhatIsCold() throws Exception {
    List<AppendResult> all = cold(2);
    for (boolean restart : new boolean[] {false, true}) {
      if (restart) {
        rig = rig.reopen();
      }
      assertThat(check(position(all.get(0))).getMissedList()).containsExactly(0);
      assertThat(check(position(all.get(1))).getMissedList()).isEmpty();
    }
  }

  private CheckMissedResponse check(long last) {
    return rig.mailbox()
        .checkMissed(
            CheckMissedRequest.newBuilder()
                .addDevices(
                    DevicePosition.newBuilder()
                        .setAccountId(Rig.id(bob))
                        .setDevice(1)
                        .setLast(last))
                .build());
  }

  @Test
  void blobStoreThatDoesNotAnswer_holdsUpReadingAndLosesNothing() throws Exception {
    cold(2);
    append(2, 3);
    for (int i = 0; i < 20; i++) {
      rig.cold.failing(() -> ColdFault.UNAVAILABLE);
      assertThatThrownBy(() -> rig.mailbox(bob, 1)).isInstanceOf(StatusRuntimeException.class);
      rig.clock.pass(Duration.ofHours(1));
    }
    assertThat(append(3, 4).getFirst().hasAppended()).isTrue();
    rig.cold.failing(() -> ColdFault.NONE);
    assertThat(rig.mailbox(bob, 1)).isEqualTo(envelopes(0, 4));
  }

  @Test
  void segmentThatCannotBeRead_isAskedForLessAndLessAndNothingOvertakesIt() throws Exception {
    cold(2);
    append(2, 3);
    AtomicInteger calls = new AtomicInteger();
    rig.cold.failing(() -> {
      calls.incrementAndGet();
      return ColdFault.UNAVAILABLE;
    });
    for (int second = 0; second < 600; second++) {
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> rig.mailbox(bob, 1)).isInstanceOf(StatusRuntimeException.class);
      }
      rig.clock.pass(Duration.ofSeconds(1));
    }
    assertThat(calls.get()).isBetween(20, 30);
    rig.cold.failing(() -> ColdFault.NONE);
    rig.clock.pass(Duration.ofSeconds(30));
    assertThat(rig.mailbox(bob, 1)).isEqualTo(envelopes(0, 3));
  }

  @Test
  void segmentThatCannotBeReadUntilItExpires_goesAndTheDeviceIsTold() throws Exception {
    for (boolean there : new boolean[] {true, false}) {
      int base = there ? 0 : 10;
      append(base, base + 2);
      rig.clock.pass(WEEK);
      cool();
      append(base + 2, base + 3);
      rig.cold.failing(() -> ColdFault.UNAVAILABLE);
      if (there) {
        assertThat(rig.connect(bob, 1, 1).getOpened().getMissedSinceMs()).isZero();
        assertThatThrownBy(() -> rig.mailbox(bob, 1)).isInstanceOf(StatusRuntimeException.class);
        rig = rig.reopen();
        // Whoever asks brings the account to the new pod, which sweeps what it has.
        assertThatThrownBy(() -> rig.mailbox(bob, 1)).isInstanceOf(StatusRuntimeException.class);
      }
      rig.clock.pass(Duration.ofDays(23));
      assertThat(rig.store().sweep(bob.id().bucket())).isEqualTo(2);
      assertThat(segments()).isZero();
      assertThat(rig.mailbox(bob, 1)).containsExactly("envelope " + (base + 2));
      assertThat(rig.connect(bob, 1, there ? 2 : 3).getOpened().getMissedSinceMs())
          .isEqualTo(there ? rig.clock.millis() : 0);
      rig.cold.failing(() -> ColdFault.NONE);
      rig.store().deleteLoose(bob.id().bucket());
      assertThat(rig.cold.names()).isEmpty();
      ack(1, rig.read(bob, 1, 0).getDeliveries(0).getPosition());
      rig.clock.pass(DAY);
    }
  }

  @Test
  void blobThatIsPutBackInTime_isReadInOrder() throws Exception {
    cold(2);
    append(2, 3);
    var name = rig.cold.names().iterator().next();
    ByteString bytes = rig.cold.find(name).orElseThrow();
    rig.cold.damage(name, bytes.substring(1));
    for (int i = 0; i < 10; i++) {
      assertThatThrownBy(() -> rig.mailbox(bob, 1)).isInstanceOf(StatusRuntimeException.class);
    }
    rig.cold.damage(name, bytes);
    assertThat(rig.mailbox(bob, 1)).isEqualTo(envelopes(0, 3));
  }

  @Test
  void blobThatIsGoneForGood_isGivenUpAndTheDeviceIsTold() throws Exception {
    for (boolean damaged : new boolean[] {true, false}) {
      int base = damaged ? 0 : 10;
      append(base, base + 2);
      rig.clock.pass(WEEK);
      cool();
      append(base + 2, base + 3);
      var name = rig.cold.names().iterator().next();
      if (damaged) {
        rig.cold.damage(name, ByteString.copyFromUtf8("other bytes"));
      } else {
        rig.cold.lose(name);
      }
      for (int i = 0; i < 10; i++) {
        assertThatThrownBy(() -> rig.mailbox(bob, 1)).isInstanceOf(StatusRuntimeException.class);
      }
      rig.clock.pass(Duration.ofHours(1));
      assertThat(rig.mailbox(bob, 1)).containsExactly("envelope " + (base + 2));
      assertThat(segments()).isZero();
      assertThat(rig.connect(bob, 1, damaged ? 1 : 2).getOpened().getMissedSinceMs())
          .isEqualTo(rig.clock.millis());
      rig.store().deleteLoose(bob.id().bucket());
      assertThat(rig.cold.names()).isEmpty();
      ack(1, rig.read(bob, 1, 0).getDeliveries(0).getPosition());
    }
  }

  /// A reader that has come to its rows when they move.
  @Test
  void readerBehindWhoseCursorASegmentAppears_missesNothing() throws Exception {
    append(0, 6);
    long cursor = rig.read(bob, 1, 0).getDeliveries(2).getPosition();
    rig.clock.pass(WEEK);
    cool();
    append(6, 7);
    List<String> rest =
        rig.read(bob, 1, cursor).getDeliveriesList().stream()
            .map(d -> d.getEnvelope().toStringUtf8())
            .toList();
    assertThat(rest).isEqualTo(envelopes(3, 7));
  }

  /// Readers at work while the rows under them become a segment, again and again.
  @Test
  void readsWhileSegmentsMove_alwaysShowEverything() throws Exception {
    int rounds = 12;
    int each = 40;
    List<String> expected = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      append(round * each, (round + 1) * each);
      expected.addAll(envelopes(round * each, (round + 1) * each));
      rig.clock.pass(WEEK.plus(DAY));
      expected.removeAll(envelopes(0, Math.max(0, round - 2) * each));
      rig.store().sweep(bob.id().bucket());
      AtomicBoolean moved = new AtomicBoolean();
      List<String> there = List.copyOf(expected);
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<?>> readers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          readers.add(
              threads.submit(() -> {
                boolean last;
                do {
                  last = moved.get();
                  assertThat(rig.mailbox(bob, 1)).isEqualTo(there);
                } while (!last);
              }));
        }
        cool();
        moved.set(true);
        for (Future<?> reader : readers) {
          reader.get();
        }
      }
      assertThat(rows()).isZero();
    }
  }
}
