package sotto.relay.route;

import io.grpc.Channel;
import io.grpc.SynchronizationContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import sotto.chain.DeviceAddress;
import sotto.peer.v1.Forward;
import sotto.peer.v1.ForwardOutcome;
import sotto.peer.v1.ForwardRequest;
import sotto.peer.v1.ForwardResponse;
import sotto.peer.v1.PeerServiceGrpc;
import sotto.peer.v1.PeerServiceGrpc.PeerServiceStub;
import sotto.relay.call.OutStream;
import sotto.relay.time.Wheel;

/// The stream of forwards to one other relay.
///
/// The queue is bounded: a stored envelope that does not fit leaves a mark on its device, which is
/// sent as a wake and never dropped; a hint that does not fit is dropped. *Not here*, a broken
/// stream and two seconds of silence are reported as lost (protocol P3).
///
/// Thread-safe: callers only queue; one turn writes and answers.
final class PeerLink {
  static final long SILENCE_MILLIS = 2_000;

  private static final Logger LOG = System.getLogger(PeerLink.class.getName());
  private static final int QUEUE = 1_024;
  private static final int QUEUE_BYTES = 4 << 20;
  private static final int BATCH_BYTES = 1 << 20;
  private static final long BACKOFF_MILLIS = 500;

  private final PeerServiceStub peer;
  private final Wheel wheel;
  private final Consumer<DeviceAddress> lost;
  private final SynchronizationContext turn =
      new SynchronizationContext(
          (thread, e) -> LOG.log(Level.ERROR, "a peer stream's turn failed", e));

  // Touched in the turn only.
  private final ArrayDeque<Item> queue = new ArrayDeque<>();
  private final Set<DeviceAddress> marks = new LinkedHashSet<>();
  private final LinkedHashMap<Long, Sent> unanswered = new LinkedHashMap<>();
  private Optional<OutStream<ForwardRequest, ForwardResponse>> call = Optional.empty();
  private int queueBytes;
  private long nextRequest = 1;
  private boolean backingOff;

  private record Item(Optional<DeviceAddress> answeredFor, Forward.Builder forward, int size) {}

  private record Sent(DeviceAddress device, long atMillis) {}

  PeerLink(Channel channel, Wheel wheel, Consumer<DeviceAddress> lost) {
    this.peer = PeerServiceGrpc.newStub(channel);
    this.wheel = wheel;
    this.lost = lost;
    wheel.every(SILENCE_MILLIS / 4, () -> turn.execute(this::watch));
  }

  void forward(DeviceAddress device, Forward.Builder forward) {
    turn.execute(() -> {
      if (!add(new Item(Optional.of(device), forward, forward.build().getSerializedSize()))) {
        marks.add(device);
      }
      pump();
    });
  }

  void hint(Forward.Builder forward) {
    turn.execute(() -> {
      add(new Item(Optional.empty(), forward, forward.build().getSerializedSize()));
      pump();
    });
  }

  void wake(DeviceAddress device) {
    turn.execute(() -> {
      marks.add(device);
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

  private void pump() {
    if (backingOff || (queue.isEmpty() && marks.isEmpty())) {
      return;
    }
    if (call.isEmpty()) {
      var opened = new OutStream<>("a peer stream", turn, new Events());
      call = Optional.of(opened);
      peer.forward(opened);
    }
    while (call.isPresent() && call.get().isReady() && !(queue.isEmpty() && marks.isEmpty())) {
      call.get().send(batch());
    }
  }

  private ForwardRequest batch() {
    var batch = ForwardRequest.newBuilder();
    int size = 0;
    while (!queue.isEmpty()
        && batch.getForwardsCount() < QUEUE
        && (size == 0 || size + queue.getFirst().size() <= BATCH_BYTES)) {
      var item = queue.removeFirst();
      queueBytes -= item.size();
      size += item.size();
      item.answeredFor()
          .ifPresent(device -> {
            item.forward().setRequest(nextRequest);
            unanswered.put(nextRequest, new Sent(device, wheel.now()));
            nextRequest++;
          });
      batch.addForwards(item.forward());
    }
    var marked = marks.iterator();
    while (marked.hasNext() && batch.getForwardsCount() < QUEUE) {
      batch.addForwards(Peers.wakeOf(marked.next()));
      marked.remove();
    }
    return batch.build();
  }

  private void answered(ForwardResponse response) {
    for (var result : response.getResultsList()) {
      var sent = unanswered.remove(result.getRequest());
      if (sent != null && result.getOutcome() == ForwardOutcome.FORWARD_OUTCOME_NOT_HERE) {
        lost.accept(sent.device());
      }
    }
    pump();
  }

  private void watch() {
    if (unanswered.isEmpty() || call.isEmpty()) {
      return;
    }
    if (wheel.now() - unanswered.firstEntry().getValue().atMillis() >= SILENCE_MILLIS) {
      var silent = call.get();
      silent.cancel("no answer in time");
      ended(silent);
    }
  }

  private void ended(OutStream<ForwardRequest, ForwardResponse> which) {
    if (call.isEmpty() || call.get() != which) {
      return;
    }
    call = Optional.empty();
    var devices = new LinkedHashSet<DeviceAddress>(marks);
    marks.clear();
    unanswered.values().forEach(sent -> devices.add(sent.device()));
    unanswered.clear();
    queue.forEach(item -> item.answeredFor().ifPresent(devices::add));
    queue.clear();
    queueBytes = 0;
    backingOff = true;
    wheel.after(
        BACKOFF_MILLIS,
        () ->
            turn.execute(() -> {
              backingOff = false;
              pump();
            }));
    devices.forEach(lost);
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
