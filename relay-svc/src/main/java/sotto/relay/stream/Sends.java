package sotto.relay.stream;

import com.google.protobuf.ByteString;
import io.grpc.SynchronizationContext;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import sotto.chain.AccountId;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.DeviceEnvelope;
import sotto.chat.v1.Envelope;
import sotto.chat.v1.InvalidSend;
import sotto.chat.v1.RateLimited;
import sotto.chat.v1.RetryInOrder;
import sotto.chat.v1.Send;
import sotto.chat.v1.SendResult;
import sotto.chat.v1.TooLarge;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.DeviceAppend;
import sotto.proto.MessageSpans;
import sotto.relay.append.AppendListener;
import sotto.relay.append.Appends;
import sotto.relay.append.Binding;
import sotto.relay.append.Lane;
import sotto.relay.append.LaneOutlet;
import sotto.relay.append.Outgoing;
import sotto.relay.limit.Exceeded;

/// The sends of one stream: checked, limited, put into the lane of their account.
///
/// A send whose lane is full is parked and the client is asked for no more until it fits. Not
/// thread-safe: all calls come from the stream's turn.
final class Sends {
  /// The most sends of one stream without result.
  static final int MAX_OPEN = 256;

  /// The most lanes of one stream that are remembered.
  static final int MAX_LANES = 4_096;

  private static final Exceeded TOO_MANY_LANES = new Exceeded("lanes", Duration.ofSeconds(1));

  private final Origin origin;
  private final Behind behind;
  private final SynchronizationContext turn;
  private final Consumer<SendResult> answer;
  private final Runnable roomAgain;
  private final MessageSpans spans;
  private final LinkedHashMap<AccountId, To> lanes = new LinkedHashMap<>(4, 0.75f, true);
  private final ArrayDeque<Offered> parked = new ArrayDeque<>(0);
  private int open;
  private boolean closed;

  /// What came.
  ///
  /// @param accessKey what is shown to the recipient's owner; empty where the sender is known
  private record Offered(Send send, ByteString accessKey) {}

  /// No sends.
  ///
  /// @param origin whose they are
  /// @param turn the stream's
  /// @param answer sends a result to the client
  /// @param roomAgain called when nothing is parked any more
  Sends(
      Origin origin,
      Behind behind,
      SynchronizationContext turn,
      Consumer<SendResult> answer,
      Runnable roomAgain) {
    this.origin = origin;
    this.behind = behind;
    this.turn = turn;
    this.answer = answer;
    this.roomAgain = roomAgain;
    this.spans = new MessageSpans(behind.tracer(), "message relay", SpanKind.SERVER);
  }

  /// Whether a send waits for room in its lane.
  boolean hasParked() {
    return !parked.isEmpty();
  }

  /// Whether all that was taken is answered.
  boolean isIdle() {
    return open == 0 && parked.isEmpty();
  }

  /// Takes a send; parks it when there is no room.
  ///
  /// @param accessKey what is shown to the recipient's owner; empty where the sender is known
  void take(Send send, ByteString accessKey) {
    var offered = new Offered(send, accessKey);
    if (!parked.isEmpty() || !accept(offered)) {
      parked.add(offered);
    }
  }

  /// Ends all lanes.
  void close() {
    closed = true;
    lanes.values().forEach(to -> to.lane.close());
    lanes.clear();
    parked.clear();
    spans.endAll();
  }

  private boolean accept(Offered offered) {
    var send = offered.send();
    var account = new AccountId(send.getAccountId().toByteArray());
    var known = lanes.get(account);
    if (open >= MAX_OPEN || (known != null && known.lane.isFull())) {
      return false;
    }
    if (known == null && !makeRoom()) {
      tell(limited(send, TOO_MANY_LANES));
      return true;
    }
    var to = known == null ? new To(account) : known;
    if (known == null) {
      lanes.put(account, to);
    }
    var refusal = check(send, to);
    if (refusal.isPresent()) {
      tell(
          to.lane.refuse(send.getLaneGeneration())
              ? refusal.get()
              : SendResult.newBuilder()
                  .setRequest(send.getRequest())
                  .setRetryInOrder(RetryInOrder.getDefaultInstance())
                  .build());
      return true;
    }
    open++;
    to.lane.offer(
        new Outgoing(
            send.getRequest(), send.getLaneGeneration(), append(offered), behind.wheel().now()));
    return true;
  }

  private boolean makeRoom() {
    if (lanes.size() < MAX_LANES) {
      return true;
    }
    for (var eldest = lanes.values().iterator(); eldest.hasNext(); ) {
      if (eldest.next().lane.isForgettable()) {
        eldest.remove();
        return true;
      }
    }
    return false;
  }

  private Optional<SendResult> check(Send send, To to) {
    long seen0 = 0;
    long seen1 = 0;
    for (int i = 0; i < send.getDevicesCount(); i++) {
      var envelope = send.getDevices(i);
      int device = envelope.getDevice();
      long bit = 1L << (device & 63);
      boolean twice = ((device < 64 ? seen0 : seen1) & bit) != 0;
      if (device < 64) {
        seen0 |= bit;
      } else {
        seen1 |= bit;
      }
      if (twice) {
        return invalid(send, "send.devices[" + i + "].device");
      }
      // A sealed envelope comes without token, or it would not be sealed.
      if ((envelope.getType() == CiphertextType.CIPHERTEXT_TYPE_SEALED) != origin.sealed()) {
        return invalid(send, "send.devices[" + i + "].type");
      }
      int limit = behind.config().maxEnvelopeBytes();
      if (envelope.getCiphertext().size() > limit) {
        return Optional.of(
            SendResult.newBuilder()
                .setRequest(send.getRequest())
                .setTooLarge(TooLarge.newBuilder().setLimitBytes(limit))
                .build());
      }
    }
    if (origin.sealed() && !send.getTraceparent().isEmpty()) {
      return invalid(send, "send.traceparent");
    }
    return to.limits.get().map(exceeded -> limited(send, exceeded));
  }

  private Supplier<Optional<Exceeded>> limits(AccountId to) {
    return switch (origin) {
      case Origin.Device device -> {
        var pair = new SendLimits.Pair(device.address(), to);
        yield () -> behind.sends().take(pair);
      }
      case Origin.Nobody nobody -> () -> behind.sealed().take(nobody.from());
    };
  }

  private static Optional<SendResult> invalid(Send send, String field) {
    return Optional.of(
        SendResult.newBuilder()
            .setRequest(send.getRequest())
            .setInvalid(InvalidSend.newBuilder().setField(field))
            .build());
  }

  private static SendResult limited(Send send, Exceeded exceeded) {
    return SendResult.newBuilder()
        .setRequest(send.getRequest())
        .setRateLimited(
            RateLimited.newBuilder()
                .setRetryAfterMs(exceeded.retryAfter().toMillis())
                .setLimit(exceeded.limit()))
        .build();
  }

  private Append append(Offered offered) {
    var send = offered.send();
    var append =
        Append.newBuilder()
            .setAccountId(send.getAccountId())
            .setSenderAccountId(origin.account())
            .setSenderDevice(origin.device())
            .setAccessKey(offered.accessKey())
            .setEnvelopeId(send.getEnvelopeId())
            .setChainSequence(send.getChainSequence())
            .addAllWithoutBundle(send.getWithoutBundleList())
            .setTraceparent(spans.begin(send.getRequest(), send.getTraceparent()));
    for (var envelope : send.getDevicesList()) {
      append.addDevices(
          DeviceAppend.newBuilder()
              .setDevice(envelope.getDevice())
              .setRegistrationId(envelope.getRegistrationId())
              .setEnvelope(envelope(origin, envelope)));
    }
    return append.build();
  }

  /// The envelope that a device gets: the authenticated sender and the client's bytes.
  static ByteString envelope(Origin origin, DeviceEnvelope envelope) {
    return Envelope.newBuilder()
        .setSenderAccountId(origin.account())
        .setSenderDevice(origin.device())
        .setTypeValue(envelope.getTypeValue())
        .setCiphertext(envelope.getCiphertext())
        .build()
        .toByteString();
  }

  private void tell(SendResult result) {
    behind.metrics().answered(result.getOutcomeCase());
    answer.accept(result);
  }

  private void inTurn(Runnable event) {
    turn.execute(() -> {
      if (!closed) {
        event.run();
        unpark();
      }
    });
  }

  private void unpark() {
    if (parked.isEmpty()) {
      return;
    }
    while (!parked.isEmpty() && accept(parked.getFirst())) {
      parked.removeFirst();
    }
    if (parked.isEmpty()) {
      roomAgain.run();
    }
  }

  /// One account that this stream sends to.
  private final class To implements LaneOutlet {
    private final AccountId account;
    private final Supplier<Optional<Exceeded>> limits;
    private final Lane lane;

    To(AccountId account) {
      this.account = account;
      this.limits = limits(account);
      this.lane = new Lane(behind.laneNumbers().incrementAndGet(), this);
    }

    @Override
    public Binding bind() {
      return behind.pipes().bind(account);
    }

    @Override
    public void append(
        Lane of, Outgoing outgoing, Appends to, long laneNumber, int generation, long epoch) {
      var append =
          outgoing.append().toBuilder()
              .setLane(laneNumber)
              .setGeneration(generation)
              .setEpoch(epoch)
              .build();
      to.append(
          append,
          new AppendListener() {
            @Override
            public void answered(AppendResult result) {
              // At once and not in the turn: forwards keep the order of the positions.
              if (result.hasAppended()) {
                behind.router().appended(account, append, result.getAppended());
              }
              inTurn(() -> of.answered(outgoing, result));
            }

            @Override
            public void broken() {
              inTurn(() -> of.broken(outgoing));
            }
          });
    }

    @Override
    public void answer(SendResult result) {
      open--;
      spans.end(result.getRequest(), result.hasAccepted());
      tell(result);
    }

    @Override
    public void resumeLater(Lane of, int failures) {
      behind.wheel().after(behind.backoff().millis(failures), () -> inTurn(of::resume));
    }

    @Override
    public long now() {
      return behind.wheel().now();
    }
  }
}
