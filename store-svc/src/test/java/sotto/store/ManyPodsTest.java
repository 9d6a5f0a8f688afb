package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.testing.TestAccount;
import sotto.chat.v1.Delivery;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.MailboxServiceGrpc;
import sotto.mesh.PassOn;
import sotto.mesh.testing.HandClock;
import sotto.store.sql.Schema;

/// Two stores on one database that ask each other, and relays that send to both (protocol B3).
@SharedTest
final class ManyPodsTest {
  private static final String A = "store-a:1";
  private static final String B = "store-b:1";
  private static final int ACCOUNTS = 6;
  private static final int MORE = 200;
  private static final long PATIENCE_SECONDS = 60;

  @TempDir Path folder;
  private final HandClock clock = new HandClock();
  private final TestPods.Net net = new TestPods.Net();
  private final TestPods seenByA = net.seen(A);
  private final TestPods seenByB = net.seen(A);
  private final List<TestAccount> accounts = new ArrayList<>();
  private final AtomicBoolean done = new AtomicBoolean();
  private List<Future<Map<Long, Long>>> lanes = List.of();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private Rig a;
  private Rig b;

  @BeforeEach
  void open() {
    a = Rig.pod(folder.resolve("a"), A, clock, net, seenByA);
    b = Rig.pod(folder.resolve("b"), B, clock, net, seenByB);
    for (int i = 1; i <= ACCOUNTS; i++) {
      accounts.add(a.register(i, "user" + i));
    }
  }

  @AfterEach
  void close() {
    done.set(true);
    threads.close();
    b.close();
    a.close();
    net.close();
  }

  /// A lane that has ended, which none does by itself, says why.
  private void living() throws Exception {
    for (Future<Map<Long, Long>> lane : lanes) {
      if (lane.isDone()) {
        throw new AssertionError("a lane has ended: " + lane.get());
      }
    }
  }

  private List<Future<Map<Long, Long>>> load() {
    Map<String, Rig> pods = new LinkedHashMap<>();
    pods.put(A, a);
    pods.put(B, b);
    lanes =
        accounts.stream()
            .map(account -> threads.submit(new LoadedLane(pods, account, done)))
            .toList();
    return lanes;
  }

  private long owned(String pod) throws Exception {
    String keys =
        accounts.stream()
            .map(x -> "X'" + HexFormat.of().formatHex(Schema.prefix(x.id().bucket())) + "'")
            .collect(Collectors.joining(", "));
    return a.count(
        "SELECT COUNT(*) FROM bucket WHERE owner LIKE '"
            + pod
            + "/%' AND taken_at > 0 AND prefix IN ("
            + keys
            + ")");
  }

  /// Waits until it has all of them, not only has been handed them, and some more is stored.
  private void untilOwned(String pod) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (owned(pod) < ACCOUNTS) {
      living();
      assertThat(System.nanoTime()).as("%s owns %s", pod, owned(pod)).isLessThan(deadline);
    }
    long stored = a.count("SELECT COUNT(*) FROM inbox");
    while (a.count("SELECT COUNT(*) FROM inbox") < stored + MORE) {
      living();
      assertThat(System.nanoTime()).isLessThan(deadline);
    }
  }

  private void become(String forA, String forB) {
    seenByA.become(forA);
    seenByB.become(forB);
    clock.pass(Duration.ofSeconds(11));
  }

  /// Everything answered is there once, where the answer said, and in the order of sending.
  private void check(List<Future<Map<Long, Long>>> lanes, Rig owner) throws Exception {
    done.set(true);
    for (int i = 0; i < ACCOUNTS; i++) {
      Map<Long, Long> answered = lanes.get(i).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertThat(answered).isNotEmpty();
      List<Delivery> all = all(owner, accounts.get(i));
      assertThat(all).extracting(Delivery::getPosition).isSorted().doesNotHaveDuplicates();
      List<Long> numbers =
          all.stream()
              .map(d -> Long.parseLong(d.getEnvelope().toStringUtf8().substring(9)))
              .toList();
      assertThat(numbers).isSorted().doesNotHaveDuplicates();
      Map<Long, Long> stored =
          all.stream()
              .collect(
                  Collectors.toMap(
                      d -> Long.parseLong(d.getEnvelope().toStringUtf8().substring(9)),
                      Delivery::getPosition));
      assertThat(stored).containsAllEntriesOf(answered);
    }
  }

  private static List<Delivery> all(Rig owner, TestAccount account) {
    List<Delivery> all = new ArrayList<>();
    while (true) {
      var page = owner.read(account, 1, all.isEmpty() ? 0 : all.getLast().getPosition());
      assertThat(page.hasMoved()).isFalse();
      all.addAll(page.getDeliveriesList());
      if (!page.getMore()) {
        return all;
      }
    }
  }

  @Test
  void handOverUnderLoad_losesDoublesAndReordersNothing() throws Exception {
    var lanes = load();
    for (int round = 0; round < 2; round++) {
      become(B, B);
      untilOwned(B);
      become(A, A);
      untilOwned(A);
    }
    check(lanes, a);
  }

  @Test
  void differentListsUnderLoad_loseDoubleAndReorderNothing() throws Exception {
    var lanes = load();
    for (int round = 0; round < 2; round++) {
      become(B, A);
      untilOwned(B);
      become(B, A);
      untilOwned(A);
    }
    check(lanes, a);
  }

  @Test
  void podThatLeavesUnderLoad_isSucceededAtOnceAndNothingIsLost() throws Exception {
    var lanes = load();
    become(A, A);
    a.store().leave();
    untilOwned(B);
    assertThat(owned(A)).isZero();
    check(lanes, b);
  }

  @Test
  void frozenOwner_isTakenOverAfterTheGraceAndFindsOutWhenItWakes() throws Exception {
    TestAccount bob = accounts.getFirst();
    try (Appender toA = a.appender();
        Appender toB = b.appender()) {
      assertThat(toA.one(a.append(bob, 1)).hasAppended()).isTrue();
      net.freeze(A);
      for (int second = 0; second < 10; second++) {
        AppendResult kept = toB.one(b.append(bob, 2));
        assertThat(kept.hasAgain() || kept.getMoved().getOwner().startsWith(A)).isTrue();
        clock.pass(Duration.ofSeconds(1));
      }
      AppendResult taken = toB.one(b.append(bob, 2));
      for (int second = 0; second < 5 && !taken.hasAppended(); second++) {
        clock.pass(Duration.ofSeconds(1));
        taken = toB.one(b.append(bob, 2));
      }
      assertThat(taken.getEpoch()).as("%s", taken).isEqualTo(2);
      assertThat(toA.one(a.append(bob, 3)).getMoved().getOwner()).startsWith(B);
      assertThat(b.mailbox(bob, 1)).containsExactly("envelope 1", "envelope 2");
    }
  }

  @Test
  void relayThatDoesNotReachTheOwner_goesThroughThePodThatNamedIt() throws Exception {
    TestAccount bob = accounts.getFirst();
    seenByB.become(A, B);
    try (Appender toB = b.appender();
        Appender through = new Appender(MailboxServiceGrpc.newStub(PassOn.via(b.channel(), A)))) {
      AppendResult named = toB.one(b.append(bob, 1));
      assertThat(named.hasMoved() || named.hasAgain()).isTrue();
      assertThat(through.one(b.append(bob, 1)).hasAppended()).isTrue();
      assertThat(a.mailbox(bob, 1)).containsExactly("envelope 1");
    }
  }
}
