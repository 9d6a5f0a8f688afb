package sotto.relay.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.SynchronizationContext;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.extension.ExtendWith;
import org.pastalab.fray.junit.junit5.FrayTestExtension;
import org.pastalab.fray.junit.junit5.annotations.FrayTest;
import sotto.chat.v1.Delivery;
import sotto.mailbox.v1.ReadResponse;

/// One stream's turn, to which a sender's relay brings forwards, a store brings pages, a timer
/// brings the end of a hole's wait and the client brings acks, each on a thread of its own.
@ExtendWith(FrayTestExtension.class)
class DeliveryFrayTest {
  private static final int MESSAGES = 3;

  /// A message that never comes leaves the client waiting, which the scheduler reports as a
  /// deadlock.
  @FrayTest(iterations = 50)
  void forwardsRaceWithPages_everyEnvelopeComesOnceInOrder() throws InterruptedException {
    var stage = new Stage();
    var world = new Thread(stage::world);
    var sender = new Thread(stage::send);
    var client = new Thread(stage::client);
    world.start();
    client.start();
    sender.start();
    stage.turn.execute(stage.loop::start);
    sender.join();
    client.join();
    stage.tasks.add(stage.end);
    world.join();

    assertThat(stage.got).containsExactly(1L, 2L, 3L);
  }

  private static final class Stage implements Outlet {
    final SynchronizationContext turn =
        new SynchronizationContext((thread, e) -> {
          throw new AssertionError(e);
        });
    final DeliveryLoop loop = new DeliveryLoop(this);
    final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    final LinkedBlockingQueue<List<Delivery>> toClient = new LinkedBlockingQueue<>();
    final List<Long> got = new ArrayList<>(); // the client's
    final Runnable end = () -> {};
    private final TreeMap<Long, Delivery> mailbox = new TreeMap<>(); // guarded by itself
    private long last; // guarded by mailbox

    void send() {
      for (int i = 0; i < MESSAGES; i++) {
        Push push;
        synchronized (mailbox) {
          var delivery =
              Delivery.newBuilder()
                  .setPosition(last + 1)
                  .setEnvelope(ByteString.copyFromUtf8("x"))
                  .build();
          push = new Push(delivery, last);
          last++;
          mailbox.put(last, delivery);
        }
        turn.execute(() -> {
          var _ = loop.forward(push);
        });
      }
    }

    void world() {
      try {
        for (var task = tasks.take(); !task.equals(end); task = tasks.take()) {
          task.run();
        }
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    void client() {
      try {
        while (got.size() < MESSAGES) {
          var positions = toClient.take().stream().map(Delivery::getPosition).toList();
          got.addAll(positions);
          synchronized (mailbox) {
            positions.forEach(mailbox::remove);
          }
          turn.execute(() -> {
            var _ = loop.acked(positions);
          });
        }
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public boolean ready() {
      return true;
    }

    @Override
    public void acknowledged(long acceptedAtMillis) {}

    @Override
    public void stalled() {}

    @Override
    public void deliver(List<Delivery> batch) {
      toClient.add(List.copyOf(batch));
    }

    @Override
    public void queueEmpty() {}

    @Override
    public void read(long after, int maxEnvelopes, int maxBytes) {
      tasks.add(() -> {
        var page = ReadResponse.newBuilder();
        synchronized (mailbox) {
          // Before the query, as the rule has it (P2).
          page.setLast(last);
          page.addAllDeliveries(mailbox.tailMap(after, false).values());
        }
        turn.execute(() -> loop.page(page.build()));
      });
    }

    @Override
    public void startHole(int hole) {
      tasks.add(() -> turn.execute(() -> loop.holeExpired(hole)));
    }

    @Override
    public void retryRead(int failures) {
      tasks.add(() -> turn.execute(loop::retry));
    }

    @Override
    public void flushSoon() {
      turn.executeLater(loop::flush);
    }
  }
}
