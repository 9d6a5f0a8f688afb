package sotto.relay.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import sotto.chat.v1.Delivery;
import sotto.mailbox.v1.ReadResponse;

/// One thread, one random number generator: a delivery loop, a model of its mailbox, a network that
/// drops, doubles and reorders forwards, reads that fail, a client that is slow, and owners that
/// change.
class DeliverySimulationTest {
  private static final int RUNS = 400;
  private static final int STEPS = 3_000;

  @Test
  void everyAcceptedEnvelope_isDeliveredUntilAcked_inOrder() {
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
    // In a world that loses nothing, no wake is needed at the end.
    final boolean lossy;
    final TreeMap<Long, Delivery> mailbox = new TreeMap<>();
    final ArrayList<Push> network = new ArrayList<>();
    long epoch = 1;
    long bucketLast = 1L << 40;
    long deviceLast = 1L << 40;
    boolean forgotten = true;

    RecordingOutlet outlet = new RecordingOutlet();
    DeliveryLoop loop = new DeliveryLoop(outlet);
    final ArrayDeque<Long> ownersLast = new ArrayDeque<>();
    final ArrayList<Long> unacked = new ArrayList<>();
    int seenBatches;
    int seenRetries;
    int retriesDue;
    long newest;

    World(long seed) {
      random = new Random(seed);
      lossy = random.nextBoolean();
      loop.start();
    }

    void run() {
      for (int i = 0; i < STEPS; i++) {
        step();
        check();
      }
      settle();
    }

    void step() {
      switch (random.nextInt(24)) {
        case 0, 1, 2, 3, 4, 5 -> append();
        case 6, 7, 8, 9, 10, 11 -> forward();
        case 12, 13, 14 -> read();
        case 15, 16, 17 -> ack(random.nextInt(8));
        case 18 -> failRead();
        case 19 -> outlet.takeHole().ifPresent(loop::holeExpired);
        case 20 -> {
          outlet.ready = !outlet.ready;
          if (outlet.ready) {
            loop.flush();
          }
        }
        case 21 -> {
          if (random.nextInt(20) == 0) {
            reconnect();
          }
        }
        case 22 -> {
          if (random.nextInt(20) == 0) {
            takeOver();
          } else if (random.nextInt(10) == 0) {
            forgotten = true;
          } else {
            bucketLast++;
          }
        }
        default -> retry();
      }
      outlet.endTurn(loop);
    }

    /// Protocol P1.
    void append() {
      long previous = forgotten ? bucketLast : deviceLast;
      forgotten = false;
      long position = ++bucketLast;
      deviceLast = position;
      int size = random.nextInt(12) == 0 ? random.nextInt(96 << 10) : random.nextInt(200);
      var delivery =
          Delivery.newBuilder()
              .setPosition(position)
              .setEnvelope(ByteString.copyFrom(new byte[size]))
              .build();
      mailbox.put(position, delivery);
      network.add(new Push(delivery, previous));
    }

    void takeOver() {
      epoch++;
      bucketLast = epoch << 40;
      deviceLast = bucketLast;
      forgotten = true;
    }

    void forward() {
      if (network.isEmpty()) {
        return;
      }
      // Mostly the oldest, as a network does.
      int at = random.nextInt(4) == 0 ? random.nextInt(network.size()) : 0;
      boolean twice = random.nextInt(8) == 0;
      var push = twice ? network.get(at) : network.remove(at);
      if (!lossy || twice || random.nextInt(8) != 0) {
        loop.forward(push);
      }
    }

    void noteReads() {
      while (ownersLast.size() < outlet.reads.size()) {
        ownersLast.add(forgotten ? bucketLast : deviceLast);
      }
    }

    /// Protocol P2: the owner's value is of the time the read began, the rows are of now.
    void read() {
      noteReads();
      outlet
          .takeRead()
          .ifPresent(read -> {
            long last = ownersLast.removeFirst();
            var page = ReadResponse.newBuilder();
            int bytes = 0;
            boolean more = false;
            for (var row : mailbox.tailMap(read.after(), false).values()) {
              bytes += row.getEnvelope().size();
              boolean first = page.getDeliveriesCount() == 0;
              if (!first
                  && (page.getDeliveriesCount() == read.maxEnvelopes()
                      || bytes > read.maxBytes())) {
                more = true;
                break;
              }
              page.addDeliveries(row);
              last = Math.max(last, row.getPosition());
            }
            loop.page(page.setMore(more).setLast(last).build());
          });
    }

    void failRead() {
      noteReads();
      outlet
          .takeRead()
          .ifPresent(_ -> {
            ownersLast.removeFirst();
            loop.readFailed();
          });
    }

    void retry() {
      retriesDue += outlet.retries - seenRetries;
      seenRetries = outlet.retries;
      if (retriesDue > 0) {
        retriesDue--;
        loop.retry();
      }
    }

    void ack(int most) {
      receive();
      var acks = new ArrayList<Long>();
      for (int i = 0; i < most && !unacked.isEmpty(); i++) {
        acks.add(unacked.remove(random.nextInt(Math.min(4, unacked.size()))));
      }
      loop.acked(acks).forEach(mailbox::remove);
    }

    void receive() {
      for (; seenBatches < outlet.batches.size(); seenBatches++) {
        for (var delivery : outlet.batches.get(seenBatches)) {
          assertThat(delivery.getPosition()).as("in order, once a stream").isGreaterThan(newest);
          assertThat(mailbox).containsKey(delivery.getPosition());
          newest = delivery.getPosition();
          unacked.add(newest);
        }
      }
    }

    void reconnect() {
      loop.close();
      outlet = new RecordingOutlet();
      loop = new DeliveryLoop(outlet);
      ownersLast.clear();
      unacked.clear();
      seenBatches = 0;
      seenRetries = 0;
      retriesDue = 0;
      newest = 0;
      loop.start();
    }

    void check() {
      noteReads();
      receive();
      assertThat(outlet.reads).hasSizeLessThanOrEqualTo(1);
      assertThat(loop.envelopesKept()).isLessThanOrEqualTo(DeliveryLoop.WINDOW_ENVELOPES);
      assertThat(loop.bytesKept()).isLessThanOrEqualTo(DeliveryLoop.WINDOW_BYTES);
      assertThat(outlet.queueEmpties).isLessThanOrEqualTo(1);
    }

    /// All faults end; what is under way arrives.
    void settle() {
      outlet.ready = true;
      loop.flush();
      if (lossy) {
        loop.wake();
      }
      for (int i = 0; i < 20_000 && !(mailbox.isEmpty() && quiet()); i++) {
        if (!network.isEmpty()) {
          loop.forward(network.removeFirst());
        }
        read();
        retry();
        outlet.takeHole().ifPresent(loop::holeExpired);
        outlet.endTurn(loop);
        ack(50);
        outlet.endTurn(loop);
        check();
      }
      assertThat(mailbox).as("all is delivered and acked").isEmpty();
      assertThat(outlet.queueEmpties).as("told once").isOne();
    }

    boolean quiet() {
      return network.isEmpty()
          && outlet.reads.isEmpty()
          && List.copyOf(outlet.holes).isEmpty()
          && !loop.hasUnacked();
    }
  }
}
