package sotto.bench;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.ManagedChannel;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import sotto.chat.v1.Ack;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.Deliver;
import sotto.chat.v1.DeviceEnvelope;
import sotto.chat.v1.Envelope;
import sotto.chat.v1.Send;
import sotto.chat.v1.SendResult;
import sotto.chat.v1.ServerFrame;

/// One device that writes to another, which acknowledges at once. What does not fit into the lane
/// waits here, and its time runs. A refused message is counted, not repeated.
final class Pair {
  private static final int LANE = 32;

  private final ByteString recipient;
  private final SendStream sender;
  private final DeviceStream receiver;
  private final Payload payload;
  private volatile Flight flight = Flight.NONE;
  private volatile Consumer<Pair> next = _ -> {};

  // Below: guarded by this.
  private final Queue<Long> waiting = new ArrayDeque<>();
  private final Map<Long, Sent> sent = new HashMap<>();
  private long request;
  private int generation = 1;

  private record Sent(long number, int generation) {}

  /// What is sent.
  ///
  /// @param type how it is said to be encrypted
  /// @param bytes of ciphertext, random but for the message's number; at least 8
  /// @param trace gives each message its `traceparent`; empty = none
  record Payload(CiphertextType type, int bytes, Supplier<String> trace) {
    static Payload plain(int bytes) {
      return new Payload(CiphertextType.CIPHERTEXT_TYPE_RATCHET, bytes, () -> "");
    }

    static Payload sealed(int bytes) {
      return new Payload(CiphertextType.CIPHERTEXT_TYPE_SEALED, bytes, () -> "");
    }

    ByteString of(long number) {
      byte[] noise = new byte[bytes];
      ThreadLocalRandom.current().nextBytes(noise);
      return ByteString.copyFrom(ByteBuffer.wrap(noise).putLong(0, number));
    }
  }

  private Pair(
      Function<Pair, SendStream> sending,
      Supplier<ManagedChannel> receiving,
      Person to,
      Payload payload) {
    this.recipient = to.id();
    this.payload = payload;
    sender = sending.apply(this);
    receiver = DeviceStream.opened(receiving, to, this::came).join();
  }

  /// Connects both.
  ///
  /// @param sending makes the sender's own connection
  /// @param receiving makes the receiver's
  static Pair open(
      Supplier<ManagedChannel> sending,
      Person from,
      Supplier<ManagedChannel> receiving,
      Person to,
      Payload payload) {
    return new Pair(
        pair -> DeviceStream.opened(sending, from, pair::answered).join(), receiving, to, payload);
  }

  /// Connects both, the sender without a name.
  ///
  /// @param key of the recipient, whom it lets in
  static Pair sealed(
      ManagedChannel sending,
      ByteString key,
      Supplier<ManagedChannel> receiving,
      Person to,
      Payload payload) {
    return new Pair(pair -> new SealedStream(sending, key, pair::answered), receiving, to, payload);
  }

  /// Begins a measurement.
  ///
  /// @param next told of each answer: there is room for one more
  void measure(Flight flight, Consumer<Pair> next) {
    this.flight = flight;
    this.next = next;
  }

  /// Sends a message as soon as the lane has room.
  synchronized void send(long number) {
    waiting.add(number);
    fill();
  }

  /// Sends one more message of the measurement, unless that is over: its time begins now.
  ///
  /// @param next the numbers of messages
  /// @param end of the measurement, in `System.nanoTime`
  void sendOne(AtomicLong next, long end) {
    if (System.nanoTime() < end) {
      long mine = next.getAndIncrement();
      flight.meant(mine, System.nanoTime());
      send(mine);
    }
  }

  private synchronized void fill() {
    while (sent.size() < LANE && !waiting.isEmpty()) {
      long number = waiting.remove();
      sent.put(++request, new Sent(number, generation));
      sender.send(frame(number));
    }
  }

  private Send frame(long number) {
    byte[] id = ByteBuffer.allocate(16).putLong(number).putLong(System.nanoTime()).array();
    return Send.newBuilder()
        .setRequest(request)
        .setAccountId(recipient)
        .setEnvelopeId(ByteString.copyFrom(id))
        .setLaneGeneration(generation)
        .setTraceparent(payload.trace().get())
        .addDevices(
            DeviceEnvelope.newBuilder()
                .setDevice(1)
                .setRegistrationId(1)
                .setType(payload.type())
                .setCiphertext(payload.of(number)))
        .build();
  }

  private void answered(ServerFrame frame) {
    if (frame.hasSendResult()) {
      answered(frame.getSendResult());
    }
  }

  private void answered(SendResult result) {
    Optional<Sent> known = forget(result.getRequest(), result.hasAccepted());
    if (known.isEmpty()) {
      return;
    }
    if (result.hasAccepted()) {
      flight.accepted(known.get().number());
    } else {
      flight.refused(known.get().number());
    }
    fill();
    next.accept(this);
  }

  private synchronized Optional<Sent> forget(long answered, boolean accepted) {
    Optional<Sent> known = Optional.ofNullable(sent.remove(answered));
    if (!accepted && known.isPresent() && known.get().generation() == generation) {
      generation++;
    }
    return known;
  }

  private void came(ServerFrame frame) {
    if (!frame.hasDeliver()) {
      return;
    }
    Deliver deliver = frame.getDeliver();
    Ack.Builder ack = Ack.newBuilder();
    for (var delivery : deliver.getDeliveriesList()) {
      ack.addPositions(delivery.getPosition());
      flight.delivered(number(delivery.getEnvelope()));
    }
    receiver().send(ClientFrame.newBuilder().setAck(ack).build());
  }

  private DeviceStream receiver() {
    return receiver;
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
    return waiting.isEmpty() && sent.isEmpty();
  }

  boolean ended() {
    return sender.ended() || receiver.ended();
  }

  void ping() {
    sender.ping();
    receiver.ping();
  }

  void close() {
    sender.close();
    receiver.close();
  }
}
