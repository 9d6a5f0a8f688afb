package sotto.relay.route;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.SynchronizationContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.peer.v1.Check;
import sotto.peer.v1.Forward;
import sotto.peer.v1.ForwardOutcome;
import sotto.peer.v1.ForwardRequest;
import sotto.peer.v1.ForwardResponse;
import sotto.peer.v1.PeerServiceGrpc;
import sotto.peer.v1.PeerServiceGrpc.PeerServiceStub;
import sotto.peer.v1.StoredEnvelope;
import sotto.peer.v1.Wake;
import sotto.proto.MessageSpans;
import sotto.relay.call.OutStream;
import sotto.relay.time.Wheel;

/// The stream of forwards to one other relay.
///
/// The queue is bounded: a stored envelope that does not fit leaves a mark on its device, which is
/// sent as a wake and not dropped before it is answered; a hint that does not fit is dropped. *Not
/// here*, a broken stream and two seconds of silence are reported as lost (protocol P3). A wake
/// that finds nobody is not: whoever registers the device later reads its mailbox then.
///
/// Thread-safe: callers only queue; one turn writes and answers.
final class PeerLink {
  /// Who hears what came to nothing; in the turn, must not block.
  interface Lost {
    /// The device is to be looked for anew, and its mailbox read.
    void forward(DeviceAddress device);

    /// The device is not where it was thought to be.
    void location(DeviceAddress device);

    /// The account's devices are to be looked for anew, and checked.
    void check(AccountId account);
  }

  static final long SILENCE_MILLIS = 2_000;

  private static final Logger LOG = System.getLogger(PeerLink.class.getName());
  private static final int QUEUE = 8_192;
  private static final int BATCH = 1_024;
  private static final int QUEUE_BYTES = 4 << 20;
  private static final int BATCH_BYTES = 1 << 20;
  private static final long FIRST_BACKOFF_MILLIS = 500;
  private static final long LONGEST_BACKOFF_MILLIS = 5_000;

  private final PeerServiceStub peer;
  private final Wheel wheel;
  private final Lost lost;
  private final MessageSpans spans;
  private final SynchronizationContext turn =
      new SynchronizationContext(
          (thread, e) -> LOG.log(Level.ERROR, "a peer stream's turn failed", e));

  // Touched in the turn only.
  private final ArrayDeque<Item> queue = new ArrayDeque<>();
  private final Set<DeviceAddress> marks = new LinkedHashSet<>();
  private final Set<DeviceAddress> checks = new LinkedHashSet<>();
  private final LinkedHashMap<Long, Sent> unanswered = new LinkedHashMap<>();
  private Optional<OutStream<ForwardRequest, ForwardResponse>> call = Optional.empty();
  private int queueBytes;
  private long nextRequest = 1;
  private boolean backingOff;
  private boolean closed;
  private int failures;
  private long usedMillis;

  /// @param envelope what the forward carries; empty if that is in it
  /// @param size what it takes on its own
  private record Item(
      Optional<DeviceAddress> answeredFor,
      Forward.Builder forward,
      ByteString envelope,
      int size) {}

  private enum Kind {
    FORWARD,
    WAKE,
    CHECK
  }

  private record Sent(Kind kind, DeviceAddress device, long atMillis) {}

  PeerLink(Channel channel, Wheel wheel, Lost lost, Tracer tracer) {
    this.peer = PeerServiceGrpc.newStub(channel);
    this.wheel = wheel;
    this.lost = lost;
    this.spans = new MessageSpans(tracer, "message forward", SpanKind.CLIENT);
    this.usedMillis = wheel.now();
  }

  void forward(List<Addressed> pushes) {
    turn.execute(() -> {
      var before = ByteString.EMPTY;
      for (var push : pushes) {
        var item = item(push, before);
        before = item.envelope();
        if (!add(item)) {
          marks.add(push.device());
        }
      }
      pump();
    });
  }

  /// @param before the envelope of the item before it, which takes room there
  private static Item item(Addressed push, ByteString before) {
    var delivery = push.push().delivery();
    var envelope = delivery.getEnvelope();
    var forward =
        Peers.start(push.device())
            .setStored(
                StoredEnvelope.newBuilder()
                    .setPosition(delivery.getPosition())
                    .setPrevious(push.push().previous())
                    .setAcceptedAtMs(delivery.getAcceptedAtMs())
                    .setTraceparent(push.push().traceparent()));
    int size =
        forward.build().getSerializedSize() + (isSame(envelope, before) ? 0 : envelope.size());
    return new Item(Optional.of(push.device()), forward, envelope, size);
  }

  /// Not equal only, and found out at once.
  @SuppressWarnings("ReferenceEquality")
  private static boolean isSame(ByteString one, ByteString other) {
    return one == other;
  }

  void hint(Forward.Builder forward) {
    turn.execute(() -> {
      int size = forward.build().getSerializedSize();
      add(new Item(Optional.empty(), forward, ByteString.EMPTY, size));
      pump();
    });
  }

  void wake(DeviceAddress device) {
    turn.execute(() -> {
      marks.add(device);
      pump();
    });
  }

  void check(DeviceAddress device) {
    turn.execute(() -> {
      checks.add(device);
      pump();
    });
  }

  private boolean add(Item item) {
    if (queue.size() >= QUEUE || queueBytes + item.size() > QUEUE_BYTES) {
      return false;
    }
    queue.add(item);
    queueBytes += item.size();
    return true;
  }

  private boolean nothingWaits() {
    return queue.isEmpty() && marks.isEmpty() && checks.isEmpty();
  }

  private void pump() {
    if (nothingWaits()) {
      return;
    }
    usedMillis = wheel.now();
    if (closed) {
      // Whoever had this link still in hand.
      giveUp();
      return;
    }
    if (backingOff) {
      return;
    }
    if (call.isEmpty()) {
      var opened = new OutStream<>("a peer stream", turn, new Events());
      call = Optional.of(opened);
      peer.forward(opened);
    }
    while (call.isPresent() && call.get().isReady() && !nothingWaits()) {
      call.get().send(batch());
    }
  }

  private ForwardRequest batch() {
    var batch = ForwardRequest.newBuilder();
    int size = 0;
    while (!queue.isEmpty()
        && batch.getForwardsCount() < BATCH
        && (size == 0 || size + queue.getFirst().size() <= BATCH_BYTES)) {
      var item = queue.removeFirst();
      queueBytes -= item.size();
      size += item.size();
      item.answeredFor().ifPresent(device -> number(item.forward(), device));
      carry(item, batch);
    }
    take(
        marks,
        batch,
        device ->
            Peers.start(device)
                .setWake(Wake.getDefaultInstance())
                .setRequest(sent(Kind.WAKE, device)));
    take(
        checks,
        batch,
        device ->
            Peers.start(device)
                .setCheck(Check.getDefaultInstance())
                .setRequest(sent(Kind.CHECK, device)));
    return batch.build();
  }

  /// Consecutive forwards of one envelope share it.
  private void carry(Item item, ForwardRequest.Builder batch) {
    var forward = item.forward();
    if (!item.envelope().isEmpty()) {
      int shared = batch.getSharedCount();
      boolean follows = shared > 0 && isSame(item.envelope(), batch.getShared(shared - 1));
      boolean leads = !queue.isEmpty() && isSame(item.envelope(), queue.getFirst().envelope());
      if (leads && !follows) {
        batch.addShared(item.envelope());
      }
      if (leads || follows) {
        forward.getStoredBuilder().setShared(batch.getSharedCount());
      } else {
        forward.getStoredBuilder().setEnvelope(item.envelope());
      }
    }
    batch.addForwards(forward);
  }

  private static void take(
      Set<DeviceAddress> from,
      ForwardRequest.Builder batch,
      Function<DeviceAddress, Forward.Builder> made) {
    var devices = from.iterator();
    while (devices.hasNext() && batch.getForwardsCount() < BATCH) {
      batch.addForwards(made.apply(devices.next()));
      devices.remove();
    }
  }

  private void number(Forward.Builder forward, DeviceAddress device) {
    long request = sent(Kind.FORWARD, device);
    forward.setRequest(request);
    var stored = forward.getStoredBuilder();
    stored.setTraceparent(spans.begin(request, stored.getTraceparent()));
  }

  private long sent(Kind kind, DeviceAddress device) {
    unanswered.put(nextRequest, new Sent(kind, device, wheel.now()));
    return nextRequest++;
  }

  private void answered(ForwardResponse response) {
    failures = 0;
    for (var result : response.getResultsList()) {
      var sent = unanswered.remove(result.getRequest());
      spans.end(
          result.getRequest(), result.getOutcome() != ForwardOutcome.FORWARD_OUTCOME_NOT_HERE);
      if (sent != null && result.getOutcome() == ForwardOutcome.FORWARD_OUTCOME_NOT_HERE) {
        switch (sent.kind()) {
          case FORWARD -> lost.forward(sent.device());
          case WAKE -> lost.location(sent.device());
          case CHECK -> {}
        }
      }
    }
    pump();
  }

  /// Looks whether the other relay is silent; to be called some times in [#SILENCE_MILLIS].
  void watch() {
    turn.execute(() -> {
      if (unanswered.isEmpty() || call.isEmpty()) {
        return;
      }
      if (wheel.now() - unanswered.firstEntry().getValue().atMillis() >= SILENCE_MILLIS) {
        var silent = call.get();
        silent.cancel("no answer in time");
        ended(silent);
      }
    });
  }

  /// Ends a stream that has had nothing to do for long.
  ///
  /// @param gone run in the turn if it did
  void closeIfIdle(Runnable gone) {
    turn.execute(() -> {
      boolean idle = nothingWaits() && unanswered.isEmpty();
      if (idle && wheel.now() - usedMillis >= Peers.IDLE_MILLIS) {
        gone.run();
        end();
      }
    });
  }

  /// Ends the stream: with a good-bye if nothing is owed on it, else so that the other relay takes
  /// this one for lost.
  ///
  /// @return whether something is owed, as far as is known at once
  boolean close() {
    var owes = new AtomicBoolean(true);
    turn.execute(() -> {
      owes.set(!nothingWaits() || !unanswered.isEmpty());
      if (owes.get()) {
        call.ifPresent(open -> open.cancel("the relay leaves and owes forwards"));
      }
      end();
    });
    return owes.get();
  }

  private void end() {
    closed = true;
    call.filter(_ -> nothingWaits() && unanswered.isEmpty()).ifPresent(OutStream::complete);
    call = Optional.empty();
  }

  private void ended(OutStream<ForwardRequest, ForwardResponse> which) {
    if (call.isEmpty() || call.get() != which) {
      return;
    }
    call = Optional.empty();
    backingOff = true;
    wheel.after(
        Math.min(LONGEST_BACKOFF_MILLIS, FIRST_BACKOFF_MILLIS << Math.min(failures, 10)),
        () ->
            turn.execute(() -> {
              backingOff = false;
              pump();
            }));
    failures++;
    giveUp();
  }

  private void giveUp() {
    var devices = new LinkedHashSet<DeviceAddress>(marks);
    var accounts = new LinkedHashSet<AccountId>();
    checks.forEach(device -> accounts.add(device.account()));
    for (var sent : unanswered.values()) {
      switch (sent.kind()) {
        case FORWARD, WAKE -> devices.add(sent.device());
        case CHECK -> accounts.add(sent.device().account());
      }
    }
    queue.forEach(item -> item.answeredFor().ifPresent(devices::add));
    marks.clear();
    checks.clear();
    unanswered.clear();
    spans.endAll();
    queue.clear();
    queueBytes = 0;
    devices.forEach(lost::forward);
    accounts.forEach(lost::check);
  }

  private final class Events implements OutStream.Owner<ForwardRequest, ForwardResponse> {
    @Override
    public void ready() {
      turn.execute(PeerLink.this::pump);
    }

    @Override
    public void heard(OutStream<ForwardRequest, ForwardResponse> from, ForwardResponse answer) {
      answered(answer);
    }

    @Override
    public void ended(OutStream<ForwardRequest, ForwardResponse> which) {
      PeerLink.this.ended(which);
    }
  }
}
