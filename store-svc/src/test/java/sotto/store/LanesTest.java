package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.testing.TestAccount;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.AppendResult;

@ContractTest
final class LanesTest {
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

  private Append.Builder append(long n, long lane, int generation) {
    return rig.append(bob, n).setLane(lane).setGeneration(generation);
  }

  private Append.Builder wrongDevices(Append.Builder append) {
    return append.clearDevices();
  }

  @Test
  void afterARefusal_theLaneIsRetryInOrderAndOthersGoOn() throws Exception {
    try (Appender relay = rig.appender()) {
      List<AppendResult> results =
          relay.ask(
              append(1, 7, 1),
              wrongDevices(append(2, 7, 1)),
              append(3, 7, 1),
              append(4, 8, 1),
              rig.append(bob, 5));
      assertThat(results.get(0).hasAppended()).isTrue();
      assertThat(results.get(1).hasMismatchedDevices()).isTrue();
      assertThat(results.get(2).hasRetryInOrder()).isTrue();
      assertThat(results.get(3).hasAppended()).isTrue();
      assertThat(results.get(4).hasAppended()).isTrue();
      assertThat(rig.mailbox(bob, 1)).containsExactly("envelope 1", "envelope 4", "envelope 5");
    }
  }

  @Test
  void nextGeneration_goesOnWhereTheRefusalWas() throws Exception {
    try (Appender relay = rig.appender()) {
      relay.ask(wrongDevices(append(1, 7, 1)), append(2, 7, 1));
      assertThat(relay.one(append(2, 7, 1)).hasRetryInOrder()).isTrue();
      relay.ask(append(1, 7, 2), append(2, 7, 2));
      assertThat(relay.one(append(3, 7, 1)).hasRetryInOrder()).isTrue();
      assertThat(relay.one(append(3, 7, 0)).hasRetryInOrder()).isTrue();
      assertThat(rig.mailbox(bob, 1)).containsExactly("envelope 1", "envelope 2");
    }
  }

  @Test
  void lowerGenerationInTheSameBatchAsTheRefusal_isRetryInOrder() throws Exception {
    try (Appender relay = rig.appender()) {
      List<AppendResult> results =
          relay.ask(wrongDevices(append(1, 7, 5)), append(2, 7, 4), append(3, 7, 6));
      assertThat(results.get(1).hasRetryInOrder()).isTrue();
      assertThat(results.get(2).hasAppended()).isTrue();
    }
  }

  @Test
  void duplicateInABrokenLane_waitsForItsTurnAndKeepsItsPlace() throws Exception {
    try (Appender relay = rig.appender()) {
      AppendResult first = relay.one(append(1, 7, 1));
      long place = first.getAppended().getStored(0).getPosition();
      relay.one(wrongDevices(append(2, 7, 1)));
      assertThat(relay.one(append(1, 7, 1)).hasRetryInOrder()).isTrue();
      AppendResult again = relay.one(append(1, 7, 2));
      assertThat(again.getAppended().getStored(0).getPosition()).isEqualTo(place);
      assertThat(rig.mailbox(bob, 1)).containsExactly("envelope 1");
    }
  }

  @Test
  void anotherStream_hasItsOwnLanes() throws Exception {
    try (Appender relay = rig.appender();
        Appender other = rig.appender()) {
      relay.one(wrongDevices(append(1, 7, 1)));
      assertThat(other.one(append(1, 7, 1)).hasAppended()).isTrue();
    }
  }

  /// A sender whose lane is refused, lost and resent at random ends with every envelope once, in
  /// order.
  @Test
  void orderOfSending_survivesRefusalsAndLostAnswers() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    int envelopes = 120;
    int done = 0;
    int generation = 1;
    Appender relay = rig.appender();
    while (done < envelopes) {
      int window = Math.min(1 + random.nextInt(32), envelopes - done);
      List<Append.Builder> sent = new ArrayList<>();
      for (int i = 0; i < window; i++) {
        Append.Builder append = append(done + i, 7, generation);
        sent.add(random.nextInt(12) == 0 ? wrongDevices(append) : append);
      }
      List<AppendResult> results = new ArrayList<>();
      for (int from = 0; from < sent.size(); ) {
        int size = Math.min(1 + random.nextInt(8), sent.size() - from);
        results.addAll(relay.ask(sent.subList(from, from + size).toArray(Append.Builder[]::new)));
        from += size;
      }
      boolean lost = random.nextInt(4) == 0;
      for (AppendResult result : results) {
        if (!result.hasAppended() || (lost && random.nextInt(3) == 0)) {
          break;
        }
        done++;
      }
      if (lost) {
        relay.close();
        relay = rig.appender();
        generation = 1;
      } else {
        generation++;
      }
    }
    relay.close();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < envelopes; i++) {
      expected.add("envelope " + i);
    }
    assertThat(rig.mailbox(bob, 1)).as("seed %s", seed).isEqualTo(expected);
  }
}
