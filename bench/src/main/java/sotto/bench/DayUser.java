package sotto.bench;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import sotto.bench.measure.Latencies;
import sotto.chat.v1.Ack;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.DeviceEnvelope;
import sotto.chat.v1.Envelope;
import sotto.chat.v1.Ephemeral;
import sotto.chat.v1.Send;
import sotto.chat.v1.SendResult;
import sotto.chat.v1.ServerFrame;

/// A device that does what people do: writes to its contact, types before, confirms what comes and
/// that it was read, and loses its connection now and then. What was unanswered goes again, with
/// the same id. Thread-safe.
final class DayUser {
  private static final int LANE = 32;
  private static final long RECEIPT = -1;
  private static final Executor AGAIN =
      CompletableFuture.delayedExecutor(250, TimeUnit.MILLISECONDS);
  private static final AtomicLong IDS = new AtomicLong();

  private final Target target;
  private final Person self;
  private final Person contact;
  private final int relay;
  private final int bytes;
  private final Latencies away;
  private final LongAdder receipts = new LongAdder();
  private volatile Flight flight = Flight.NONE;

  // Below: guarded by this.
  private final Queue<Letter> waiting = new ArrayDeque<>();
  private Map<Long, Letter> sent = new LinkedHashMap<>();
  private Optional<DeviceStream> stream = Optional.empty();
  private boolean opening;
  private boolean ending;
  private long request;

  /// Something for the contact.
  ///
  /// @param number of a message; [#RECEIPT] = it is one
  /// @param id of its envelope
  private record Letter(long number, ByteString id) {}

  /// @param away gets how long each reconnecting takes
  DayUser(Target target, Person self, Person contact, int relay, int bytes, Latencies away) {
    this.target = target;
    this.self = self;
    this.contact = contact;
    this.relay = relay;
    this.bytes = bytes;
    this.away = away;
  }

  void measure(Flight next) {
    flight = next;
    receipts.reset();
  }

  /// Receipts sent since [#measure].
  long receipts() {
    return receipts.sum();
  }

  /// Loses the connection if there is one, and connects, unless that is under way.
  void reconnect() {
    synchronized (this) {
      if (opening) {
        return;
      }
      opening = true;
      stream.ifPresent(DeviceStream::close);
      stream = Optional.empty();
    }
    open(System.nanoTime());
  }

  private void open(long begun) {
    var _ =
        DeviceStream.open(target.channel(relay), self, this::came)
            .whenComplete((open, failure) -> {
              if (failure == null) {
                away.add(System.nanoTime() - begun);
                connected(open);
              } else {
                AGAIN.execute(() -> open(begun));
              }
            });
  }

  private synchronized void connected(DeviceStream open) {
    opening = false;
    if (ending) {
      open.close();
      return;
    }
    stream = Optional.of(open);
    Map<Long, Letter> again = sent;
    sent = new LinkedHashMap<>();
    again.values().forEach(this::go);
    fill();
  }

  synchronized boolean connected() {
    return stream.isPresent();
  }

  /// Types, and sends a message.
  void write(long number) {
    synchronized (this) {
      stream.ifPresent(s ->
          s.send(
              ClientFrame.newBuilder()
                  .setEphemeral(
                      Ephemeral.newBuilder()
                          .setAccountId(contact.id())
                          .addDevices(envelope(RECEIPT)))
                  .build()));
    }
    queue(number);
  }

  private synchronized void queue(long number) {
    byte[] id = ByteBuffer.allocate(16).putLong(IDS.incrementAndGet()).putLong(number).array();
    waiting.add(new Letter(number, ByteString.copyFrom(id)));
    fill();
  }

  private void fill() {
    while (stream.isPresent() && sent.size() < LANE && !waiting.isEmpty()) {
      go(waiting.remove());
    }
  }

  private void go(Letter letter) {
    sent.put(++request, letter);
    stream
        .orElseThrow()
        .send(
            Send.newBuilder()
                .setRequest(request)
                .setAccountId(contact.id())
                .setEnvelopeId(letter.id())
                .setLaneGeneration(1)
                .addDevices(envelope(letter.number()))
                .build());
  }

  private DeviceEnvelope envelope(long number) {
    byte[] noise = new byte[bytes];
    ThreadLocalRandom.current().nextBytes(noise);
    return DeviceEnvelope.newBuilder()
        .setDevice(1)
        .setRegistrationId(1)
        .setType(CiphertextType.CIPHERTEXT_TYPE_RATCHET)
        .setCiphertext(ByteString.copyFrom(ByteBuffer.wrap(noise).putLong(0, number)))
        .build();
  }

  private void came(ServerFrame frame) {
    if (frame.hasSendResult()) {
      answered(frame.getSendResult());
    } else if (frame.hasDeliver()) {
      delivered(frame);
    }
  }

  private synchronized void answered(SendResult result) {
    Letter letter = sent.remove(result.getRequest());
    if (letter != null && letter.number() != RECEIPT) {
      if (result.hasAccepted()) {
        flight.accepted(letter.number());
      } else {
        flight.refused(letter.number());
      }
    }
    fill();
  }

  private void delivered(ServerFrame frame) {
    Ack.Builder ack = Ack.newBuilder();
    boolean any = false;
    for (var delivery : frame.getDeliver().getDeliveriesList()) {
      ack.addPositions(delivery.getPosition());
      long number = number(delivery.getEnvelope());
      if (number != RECEIPT) {
        flight.delivered(number);
        any = true;
      }
    }
    synchronized (this) {
      stream.ifPresent(s -> s.send(ClientFrame.newBuilder().setAck(ack).build()));
    }
    if (any) {
      // That it came; and that it was read, which people do with several at once.
      receipt();
      if (ThreadLocalRandom.current().nextBoolean()) {
        receipt();
      }
    }
  }

  private void receipt() {
    receipts.increment();
    queue(RECEIPT);
  }

  private static long number(ByteString envelope) {
    try {
      return Envelope.parseFrom(envelope).getCiphertext().asReadOnlyByteBuffer().getLong();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Whether nothing waits and nothing is unanswered.
  synchronized boolean idle() {
    return stream.isPresent() && waiting.isEmpty() && sent.isEmpty();
  }

  synchronized void ping() {
    stream.ifPresent(DeviceStream::ping);
  }

  synchronized void close() {
    ending = true;
    stream.ifPresent(DeviceStream::close);
  }
}
