package sotto.bench;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import sotto.chat.v1.Ack;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.DeviceEnvelope;
import sotto.chat.v1.Send;
import sotto.chat.v1.ServerFrame;

/// Messages of one device that wait for another.
final class Backlog {
  private static final int LANE = 32;
  private static final long PATIENCE_SECONDS = 300;

  private final Target target;
  private final Person from;
  private final Person to;
  private final int bytes;
  private int waiting;

  /// What came of getting them all.
  ///
  /// @param seconds from the first connection to the last empty mailbox
  /// @param twice how many messages came more than once
  record Drained(double seconds, int twice) {}

  Backlog(Target target, Person from, Person to, int bytes) {
    this.target = target;
    this.from = from;
    this.to = to;
    this.bytes = bytes;
  }

  /// Sends so many. Done when all are accepted.
  CompletableFuture<?> fill(int count) {
    waiting += count;
    return new Filling(count).whole;
  }

  /// Lets all recipients come back at once.
  static Drained drain(List<Backlog> all) throws InterruptedException {
    long begun = System.nanoTime();
    List<Getting> getting = all.stream().map(Backlog::get).toList();
    for (Getting one : getting) {
      if (!one.empty.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new CannotMeasure("a mailbox did not become empty");
      }
      if (one.missing > 0) {
        throw new CannotMeasure(one.missing + " messages are missing in a mailbox");
      }
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    getting.forEach(Getting::close);
    return new Drained(seconds, getting.stream().mapToInt(one -> one.twice.get()).sum());
  }

  private Getting get() {
    Getting getting = new Getting(waiting);
    waiting = 0;
    return getting;
  }

  /// Fills the mailbox over a connection of its own.
  private final class Filling {
    private final int count;
    private final CompletableFuture<Void> whole = new CompletableFuture<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private final DeviceStream stream;
    private int sent;

    Filling(int count) {
      this.count = count;
      stream = DeviceStream.opened(() -> target.channel(0), from, this::came).join();
      for (int i = 0; i < LANE; i++) {
        next();
      }
    }

    private synchronized void next() {
      if (sent == count) {
        return;
      }
      sent++;
      byte[] ciphertext = new byte[bytes];
      ThreadLocalRandom.current().nextBytes(ciphertext);
      byte[] id = ByteBuffer.allocate(16).putLong(sent).putLong(System.nanoTime()).array();
      stream.send(
          Send.newBuilder()
              .setRequest(sent)
              .setAccountId(to.id())
              .setEnvelopeId(ByteString.copyFrom(id))
              .setLaneGeneration(1)
              .addDevices(
                  DeviceEnvelope.newBuilder()
                      .setDevice(1)
                      .setRegistrationId(1)
                      .setType(CiphertextType.CIPHERTEXT_TYPE_RATCHET)
                      .setCiphertext(ByteString.copyFrom(ciphertext)))
              .build());
    }

    private void came(ServerFrame frame) {
      if (!frame.hasSendResult()) {
        return;
      }
      if (!frame.getSendResult().hasAccepted()) {
        whole.completeExceptionally(
            new CannotMeasure("a message was not accepted: " + frame.getSendResult()));
        return;
      }
      if (accepted.incrementAndGet() == count) {
        stream.close();
        whole.complete(null);
      } else {
        next();
      }
    }
  }

  /// Gets them over a connection of its own, on whose thread all of this happens.
  private final class Getting {
    private final CountDownLatch empty = new CountDownLatch(1);
    private final CompletableFuture<DeviceStream> stream;
    private final Set<Long> positions = new HashSet<>();
    private final int expected;
    private final AtomicInteger twice = new AtomicInteger();
    private volatile int missing;

    Getting(int expected) {
      this.expected = expected;
      stream = DeviceStream.opened(() -> target.channel(1), to, this::came);
    }

    private void came(ServerFrame frame) {
      if (frame.hasQueueEmpty()) {
        missing = expected - positions.size();
        empty.countDown();
      }
      if (!frame.hasDeliver()) {
        return;
      }
      Ack.Builder ack = Ack.newBuilder();
      for (var delivery : frame.getDeliver().getDeliveriesList()) {
        ack.addPositions(delivery.getPosition());
        if (!positions.add(delivery.getPosition())) {
          twice.incrementAndGet();
        }
      }
      stream.join().send(ClientFrame.newBuilder().setAck(ack).build());
    }

    private void close() {
      var _ = stream.thenAccept(DeviceStream::close);
    }
  }
}
