package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.testing.TestAccount;
import sotto.chat.v1.Delivery;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.ReadResponse;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// A mailbox that is written to while commits end without anybody knowing how (protocol B5).
@ContractTest
final class UnknownOutcomesTest {
  private static final int ENVELOPES = 120;
  private static final int WINDOW = 5;

  @TempDir Path folder;

  /// A reader follows all the while: what it has not seen when it has read a position must not turn
  /// up below that later.
  @Test
  void everyEnvelope_isStoredOnceAndNoneTurnsUpBelowWhatWasRead() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    AtomicBoolean done = new AtomicBoolean();
    Map<Integer, Long> answered = new HashMap<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        Rig rig = Rig.open(folder);
        Appender relay = rig.appender()) {
      TestAccount bob = rig.register(1, "bob");
      Future<List<Delivery>> reader = threads.submit(() -> follow(rig, bob, done));
      List<Integer> open = new ArrayList<>(IntStream.range(0, ENVELOPES).boxed().toList());
      try {
        while (!open.isEmpty()) {
          if (random.nextInt(3) == 0) {
            rig.dialect.inject(new FaultyDialect.NextCommitUnknown(random.nextBoolean()));
          }
          List<Integer> sent = List.copyOf(open.subList(0, Math.min(WINDOW, open.size())));
          List<AppendResult> results =
              relay.ask(sent.stream().map(n -> rig.append(bob, n)).toArray(Append.Builder[]::new));
          for (int i = 0; i < sent.size(); i++) {
            AppendResult result = results.get(i);
            if (result.hasAppended()) {
              answered.put(sent.get(i), result.getAppended().getStored(0).getPosition());
            } else {
              assertThat(result.hasAgain()).as("seed %s: %s", seed, result).isTrue();
            }
          }
          open.removeAll(answered.keySet());
        }
      } finally {
        done.set(true);
      }
      List<Delivery> seen = reader.get();
      List<Delivery> all = rig.read(bob, 1, 0).getDeliveriesList();
      assertThat(all).as("seed %s", seed).hasSize(ENVELOPES);
      assertThat(seen).as("seed %s", seed).isEqualTo(all);
      Map<Integer, Long> stored = new HashMap<>();
      all.forEach(d ->
          stored.put(
              Integer.parseInt(d.getEnvelope().toStringUtf8().substring("envelope ".length())),
              d.getPosition()));
      assertThat(stored).as("seed %s", seed).isEqualTo(answered);
    }
  }

  /// Reads on from the last position read until nothing is written any more.
  private static List<Delivery> follow(Rig rig, TestAccount bob, AtomicBoolean done) {
    List<Delivery> seen = new ArrayList<>();
    long after = 0;
    while (true) {
      boolean last = done.get();
      try {
        ReadResponse page = rig.read(bob, 1, after);
        seen.addAll(page.getDeliveriesList());
        after = Math.max(after, page.getLast());
        if (last && !page.getMore()) {
          return seen;
        }
      } catch (StatusRuntimeException e) {
        assertThat(Statuses.reason(e)).contains(Reason.UNAVAILABLE);
      }
    }
  }
}
