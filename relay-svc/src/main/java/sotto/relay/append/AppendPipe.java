package sotto.relay.append;

import io.grpc.SynchronizationContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import sotto.chain.AccountId;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.AppendRequest;
import sotto.mailbox.v1.AppendResponse;
import sotto.mailbox.v1.MailboxServiceGrpc.MailboxServiceStub;
import sotto.relay.call.OutStream;
import sotto.relay.time.Wheel;

/// The one long-lived stream of appends to a store pod.
///
/// A batch is what gathered while the transport was busy with the one before. When the stream
/// breaks, or an append has no answer for [#ANSWER_MILLIS], everything on it and behind it is
/// reported broken and a new stream is opened; the lanes send again in order.
///
/// # Bound
///
/// The bytes handed over and not answered. At the bound [#hasRoom] is false and the client streams
/// ask their clients for no more; those that are told so late go over it by a frame each.
///
/// # Threads
///
/// Callers only queue. One turn (a synchronisation context) writes and answers; listeners run in
/// it.
public final class AppendPipe implements Appends, AutoCloseable {
  /// How long an append may be without answer, milliseconds.
  static final long ANSWER_MILLIS = 10_000;

  private static final Logger LOG = System.getLogger(AppendPipe.class.getName());
  private static final int BATCH_APPENDS = 1024;
  private static final int BATCH_BYTES = 1 << 20;
  private static final long FIRST_BACKOFF_MILLIS = 20;
  private static final long LONGEST_BACKOFF_MILLIS = 2_000;
  private static final long WATCH_MILLIS = 1_000;

  private final MailboxServiceStub store;
  private final Wheel wheel;
  private final long boundBytes;
  private final SynchronizationContext turn =
      new SynchronizationContext(
          (thread, e) -> LOG.log(Level.ERROR, "the append stream's turn failed", e));
  private final ConcurrentLinkedQueue<Entry> queue = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Runnable> wantRoom = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean pumpComing = new AtomicBoolean();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLongArray epochs = new AtomicLongArray(AccountId.BUCKETS);

  // Touched in the turn only.
  private final LinkedHashMap<Long, Entry> unanswered = new LinkedHashMap<>();
  private Optional<OutStream<AppendRequest, AppendResponse>> call = Optional.empty();
  private long nextRequest = 1;
  private int failures;
  private boolean backingOff;
  private boolean closed;

  /// A pipe that opens its stream with the first append.
  ///
  /// @param store the pod's stub
  /// @param wheel for back-off and the watch over answers
  /// @param boundBytes most bytes handed over and not answered
  public AppendPipe(MailboxServiceStub store, Wheel wheel, long boundBytes) {
    this.store = store;
    this.wheel = wheel;
    this.boundBytes = boundBytes;
    wheel.every(WATCH_MILLIS, () -> turn.execute(this::watch));
  }

  private static final class Entry {
    final Append append;
    final AppendListener listener;
    final int size;
    final int bucket;
    long writtenMillis;

    Entry(Append append, AppendListener listener) {
      this.append = append;
      this.listener = listener;
      this.size = append.getSerializedSize();
      this.bucket = new AccountId(append.getAccountId().toByteArray()).bucket();
    }
  }

  @Override
  public void append(Append append, AppendListener listener) {
    var entry = new Entry(append, listener);
    bytes.addAndGet(entry.size);
    queue.add(entry);
    schedulePump();
  }

  @Override
  public long knownEpoch(AccountId account) {
    return epochs.get(account.bucket());
  }

  /// Whether the bound leaves room for more.
  public boolean hasRoom() {
    return bytes.get() < boundBytes;
  }

  /// Runs a task once when there is room again; at once if there is.
  ///
  /// @param task must not block
  public void whenRoom(Runnable task) {
    wantRoom.add(task);
    tellRoom();
  }

  private void tellRoom() {
    while (hasRoom()) {
      var task = wantRoom.poll();
      if (task == null) {
        return;
      }
      task.run();
    }
  }

  private void schedulePump() {
    if (pumpComing.compareAndSet(false, true)) {
      turn.execute(this::pump);
    }
  }

  private void pump() {
    pumpComing.set(false);
    if (closed) {
      dropAll();
      return;
    }
    if (queue.isEmpty() || backingOff) {
      return;
    }
    if (call.isEmpty()) {
      open();
    }
    while (call.isPresent() && call.get().isReady() && !queue.isEmpty()) {
      write(call.get());
    }
  }

  private void write(OutStream<AppendRequest, AppendResponse> to) {
    var batch = AppendRequest.newBuilder();
    int size = 0;
    long now = wheel.now();
    while (batch.getAppendsCount() < BATCH_APPENDS) {
      var next = queue.peek();
      if (next == null || (size > 0 && size + next.size > BATCH_BYTES)) {
        break;
      }
      queue.remove();
      size += next.size;
      next.writtenMillis = now;
      long request = nextRequest++;
      unanswered.put(request, next);
      batch.addAppends(next.append.toBuilder().setRequest(request));
    }
    to.send(batch.build());
  }

  private void open() {
    var opened = new OutStream<>("the append stream", turn, new Events());
    call = Optional.of(opened);
    store.append(opened);
  }

  private void answers(OutStream<AppendRequest, AppendResponse> from, AppendResponse response) {
    if (call.isEmpty() || call.get() != from) {
      return;
    }
    failures = 0;
    for (var result : response.getResultsList()) {
      var entry = unanswered.remove(result.getRequest());
      if (entry == null) {
        continue;
      }
      bytes.addAndGet(-entry.size);
      if (result.hasMoved() || result.getEpoch() != 0) {
        epochs.set(entry.bucket, result.getEpoch());
      }
      entry.listener.answered(result);
    }
    tellRoom();
    if (!queue.isEmpty()) {
      pump();
    }
  }

  private void ended(OutStream<AppendRequest, AppendResponse> which) {
    if (call.isEmpty() || call.get() != which) {
      return;
    }
    call = Optional.empty();
    backingOff = true;
    failures++;
    long backoff =
        Math.min(LONGEST_BACKOFF_MILLIS, FIRST_BACKOFF_MILLIS << Math.min(failures - 1, 10));
    wheel.after(
        backoff,
        () ->
            turn.execute(() -> {
              backingOff = false;
              pump();
            }));
    dropAll();
  }

  /// Reports everything as broken, in the order it was handed over: newer sends of a lane must not
  /// overtake those whose outcome is open.
  private void dropAll() {
    var broken = new ArrayDeque<>(unanswered.values());
    unanswered.clear();
    for (var next = queue.poll(); next != null; next = queue.poll()) {
      broken.add(next);
    }
    for (var entry : broken) {
      bytes.addAndGet(-entry.size);
      entry.listener.broken();
    }
    tellRoom();
  }

  private void watch() {
    if (closed || unanswered.isEmpty() || call.isEmpty()) {
      return;
    }
    long oldest = unanswered.firstEntry().getValue().writtenMillis;
    if (wheel.now() - oldest >= ANSWER_MILLIS) {
      LOG.log(Level.WARNING, "the store did not answer appends in time; opening a new stream");
      var stuck = call.get();
      stuck.cancel("no answer in time");
      ended(stuck);
    }
  }

  /// Ends the stream; what is on it is reported broken.
  @Override
  public void close() {
    turn.execute(() -> {
      closed = true;
      call.ifPresent(open -> open.complete());
      call = Optional.empty();
      dropAll();
    });
  }

  private final class Events implements OutStream.Owner<AppendRequest, AppendResponse> {
    @Override
    public void ready() {
      schedulePump();
    }

    @Override
    public void heard(OutStream<AppendRequest, AppendResponse> from, AppendResponse answer) {
      answers(from, answer);
    }

    @Override
    public void ended(OutStream<AppendRequest, AppendResponse> which) {
      AppendPipe.this.ended(which);
    }
  }
}
