package sotto.relay.append;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import sotto.chat.v1.MismatchedDevices;
import sotto.chat.v1.RetryInOrder;
import sotto.mailbox.v1.Again;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.Appended;
import sotto.relay.append.RecordingLaneOutlet.Sent;

/// One thread, one random number generator: a lane between a client that keeps the rules and a
/// store that refuses, does not know, and breaks off (protocol L1, guarantees G3 and G4).
class LaneSimulationTest {
  private static final int RUNS = 2_000;
  private static final int MESSAGES = 60;

  @Test
  void whateverTheStoreAnswers_messagesAreStoredInTheOrderTheyWereSent() {
    long start = Long.getLong("sotto.seed", System.nanoTime());
    for (int run = 0; run < RUNS; run++) {
      long seed = start + run;
      try {
        new World(seed).run();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("failed with -Dsotto.seed=" + seed, e);
      }
    }
  }

  private static final class World {
    final Random random;
    final RecordingLaneOutlet outlet = new RecordingLaneOutlet();
    final Lane lane = new Lane(1, outlet);

    // The client: rows in order; those without result and not in flight are to be sent.
    final List<Long> rows = new ArrayList<>();
    final Set<Long> inFlight = new HashSet<>();
    long nextRow = 1;
    int generation = 1;
    boolean refused;
    int answersSeen;

    // The store.
    final List<Long> stored = new ArrayList<>();
    final ArrayDeque<Sent> arrived = new ArrayDeque<>();
    final ArrayList<Runnable> answers = new ArrayList<>();
    int brokenAt;
    final ArrayList<Outgoing> unanswered = new ArrayList<>();

    World(long seed) {
      random = new Random(seed);
      outlet.knownEpoch = random.nextBoolean() ? 0 : 7;
    }

    void run() {
      for (int i = 0; i < 20_000 && !(nextRow > MESSAGES && rows.isEmpty()); i++) {
        step(i < 10_000);
      }
      assertThat(rows).as("all accepted").isEmpty();
      assertThat(stored).isSorted().doesNotHaveDuplicates().hasSize(MESSAGES);
    }

    void step(boolean faults) {
      switch (random.nextInt(10)) {
        case 0, 1, 2 -> clientSends();
        case 3, 4, 5 -> storeTakes(faults);
        case 6, 7 -> {
          if (!answers.isEmpty()) {
            answers.remove(random.nextInt(answers.size())).run();
          }
        }
        case 8 -> {
          if (faults && random.nextInt(10) == 0) {
            breakOff();
          }
        }
        default -> {
          if (outlet.resumesDue > 0) {
            outlet.resumesDue--;
            lane.resume();
          }
        }
      }
      while (!outlet.sent.isEmpty()) {
        var sent = outlet.sent.removeFirst();
        arrived.add(sent);
        unanswered.add(sent.outgoing());
      }
      assertThat(unanswered).hasSizeLessThanOrEqualTo(Lane.MAX);
      clientHears();
    }

    void clientSends() {
      if (refused) {
        if (!inFlight.isEmpty()) {
          return;
        }
        refused = false;
        generation++;
      }
      for (long row : rows) {
        if (inFlight.size() < Lane.MAX && inFlight.add(row)) {
          send(row);
          return;
        }
      }
      if (nextRow <= MESSAGES && inFlight.size() < Lane.MAX) {
        rows.add(nextRow);
        inFlight.add(nextRow);
        send(nextRow++);
      }
    }

    void send(long row) {
      lane.offer(new Outgoing(row, generation, Append.getDefaultInstance(), 0));
    }

    void clientHears() {
      for (; answersSeen < outlet.answers.size(); answersSeen++) {
        var answer = outlet.answers.get(answersSeen);
        inFlight.remove(answer.getRequest());
        if (answer.hasAccepted()) {
          rows.remove(answer.getRequest());
          assertThat(stored).contains(answer.getRequest());
        } else {
          refused = true;
        }
      }
    }

    /// One queue, in order; anything but *appended* breaks the lane at its generation.
    void storeTakes(boolean faults) {
      if (arrived.isEmpty()) {
        return;
      }
      var sent = arrived.removeFirst();
      long row = sent.outgoing().request();
      var result = AppendResult.newBuilder();
      int kind = faults ? random.nextInt(20) : 19;
      if (sent.generation() <= brokenAt) {
        result.setRetryInOrder(RetryInOrder.getDefaultInstance());
      } else if (kind == 0) {
        result.setEpoch(7).setMismatchedDevices(MismatchedDevices.getDefaultInstance());
        brokenAt = sent.generation();
      } else if (kind == 1) {
        if (random.nextBoolean()) {
          store(row);
        }
        result.setAgain(Again.getDefaultInstance());
        brokenAt = sent.generation();
      } else {
        store(row);
        result.setEpoch(7).setAppended(Appended.getDefaultInstance());
      }
      var answer = result.build();
      answers.add(() -> {
        unanswered.remove(sent.outgoing());
        lane.answered(sent.outgoing(), answer);
      });
    }

    void store(long row) {
      if (!stored.contains(row)) {
        stored.add(row);
      }
    }

    /// What has arrived may be stored all the same, in its order; no answer comes any more. The new
    /// stream knows nothing of what was refused on the old.
    void breakOff() {
      while (!arrived.isEmpty() && random.nextBoolean()) {
        var sent = arrived.removeFirst();
        if (sent.generation() > brokenAt) {
          store(sent.outgoing().request());
        }
      }
      arrived.clear();
      answers.clear();
      brokenAt = 0;
      var open = List.copyOf(unanswered);
      unanswered.clear();
      open.forEach(lane::broken);
    }
  }
}
