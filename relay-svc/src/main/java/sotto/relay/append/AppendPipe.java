package sotto.relay.append;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import sotto.chain.AccountId;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.AppendRequest;
import sotto.mailbox.v1.AppendResponse;
import sotto.mailbox.v1.GroupAppend;
import sotto.mailbox.v1.GroupAppendResult;
import sotto.mailbox.v1.MailboxServiceGrpc.MailboxServiceStub;
import sotto.relay.call.OutStream;
import sotto.relay.pods.Route;
import sotto.relay.pods.Routes;
import sotto.relay.time.Wheel;

/// One stream of appends to a store pod, opened with the first append.
///
/// A batch is what gathered while the transport was busy with the one before. When the stream
/// breaks, or an append has no answer for [#ANSWER_MILLIS], everything on it and behind it is
/// reported broken, and so is all that is handed over later: the lanes send again in order, on
/// another stream. A pipe that reopened its stream would carry what a lane hands over just then
/// ahead of what broke.
///
/// # Threads
///
/// Callers only queue. One turn (a synchronisation context) writes and answers; listeners run in
/// it.
final class AppendPipe implements GroupAppends {
  /// How long an append may be without answer, milliseconds.
  static final long ANSWER_MILLIS = 10_000;

  private static final Logger LOG = System.getLogger(AppendPipe.class.getName());
  private static final int BATCH_APPENDS = 1024;
  private static final int BATCH_GROUP_APPENDS = 64;
  private static final int BATCH_BYTES = 1 << 20;

  private final Route route;
  private final Routes routes;
  private final MailboxServiceStub store;
  private final Wheel wheel;
  private final Room room;
  private final int failuresBefore;
  private final SynchronizationContext turn =
      new SynchronizationContext(
          (thread, e) -> LOG.log(Level.ERROR, "an append stream's turn failed", e));
  private final ConcurrentLinkedQueue<Entry> queue = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean pumpComing = new AtomicBoolean();
  private volatile long usedMillis;

  // Written in the turn only.
  private volatile boolean over;
  private volatile boolean heard;
  private volatile long overMillis;
  // Touched in the turn only.
  private final LinkedHashMap<Long, Entry> unanswered = new LinkedHashMap<>();
  private Optional<OutStream<AppendRequest, AppendResponse>> call = Optional.empty();
  private long nextRequest = 1;
  private boolean early;

  /// A pipe that is not open yet.
  ///
  /// @param route where it leads
  /// @param routes told what was answered
  /// @param store the stub of the route
  /// @param wheel time
  /// @param room what its appends take room in
  /// @param failuresBefore how many pipes of the route in a row came to nothing before it
  /// @param waitMillis how long its first append waits at least; 0 or less = not at all
  AppendPipe(
      Route route,
      Routes routes,
      MailboxServiceStub store,
      Wheel wheel,
      Room room,
      int failuresBefore,
      long waitMillis) {
    this.route = route;
    this.routes = routes;
    this.store = store;
    this.wheel = wheel;
    this.room = room;
    this.failuresBefore = failuresBefore;
    this.usedMillis = wheel.now();
    this.early = waitMillis > 0;
    if (early) {
      wheel.after(waitMillis, () -> turn.execute(this::mayOpen));
    }
  }

  private static final class Entry {
    final Item item;
    final int size;
    long writtenMillis;

    Entry(Item item, int size) {
      this.item = item;
      this.size = size;
    }
  }

  private sealed interface Item {
    void broken();
  }

  private record One(Append append, int bucket, AppendListener listener) implements Item {
    @Override
    public void broken() {
      listener.broken();
    }
  }

  private record Many(GroupAppend append, GroupAppendListener listener) implements Item {
    @Override
    public void broken() {
      listener.broken();
    }
  }

  @Override
  public void append(Append append, AppendListener listener) {
    add(new One(append, bucket(append.getAccountId()), listener), append.getSerializedSize());
  }

  @Override
  public void append(GroupAppend append, GroupAppendListener listener) {
    add(new Many(append, listener), append.getSerializedSize());
  }

  private static int bucket(ByteString account) {
    return new AccountId(account.toByteArray()).bucket();
  }

  private void add(Item item, int size) {
    var entry = new Entry(item, size);
    room.take(entry.size);
    usedMillis = wheel.now();
    queue.add(entry);
    schedulePump();
  }

  /// Whether nothing handed over will leave any more.
  boolean isOver() {
    return over;
  }

  /// How long ago that began, milliseconds.
  long overForMillis() {
    return wheel.now() - overMillis;
  }

  /// Whether nobody has used it for a while.
  boolean isUnusedFor(long millis) {
    return wheel.now() - usedMillis >= millis;
  }

  /// How many pipes of the route in a row have come to nothing, this one too if it is over.
  int failures() {
    return heard ? 1 : failuresBefore + 1;
  }

  private void schedulePump() {
    if (pumpComing.compareAndSet(false, true)) {
      turn.execute(this::pump);
    }
  }

  private void mayOpen() {
    early = false;
    pump();
  }

  private void pump() {
    pumpComing.set(false);
    if (over) {
      dropAll();
      return;
    }
    if (queue.isEmpty() || early) {
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
    while (batch.getAppendsCount() < BATCH_APPENDS
        && batch.getGroupAppendsCount() < BATCH_GROUP_APPENDS) {
      var next = queue.peek();
      if (next == null || (size > 0 && size + next.size > BATCH_BYTES)) {
        break;
      }
      queue.remove();
      size += next.size;
      next.writtenMillis = now;
      long request = nextRequest++;
      unanswered.put(request, next);
      switch (next.item) {
        case One one -> batch.addAppends(one.append.toBuilder().setRequest(request));
        case Many many -> batch.addGroupAppends(many.append.toBuilder().setRequest(request));
      }
    }
    to.send(batch.build());
  }

  private void open() {
    var opened = new OutStream<>("an append stream", turn, new Events());
    call = Optional.of(opened);
    store.append(opened);
  }

  private void answers(AppendResponse response) {
    if (over) {
      return;
    }
    heard = true;
    long answeredBytes = 0;
    for (var result : response.getResultsList()) {
      var entry = unanswered.remove(result.getRequest());
      if (entry != null && entry.item instanceof One one) {
        answeredBytes += entry.size;
        routes.heard(one.bucket, route, result);
        one.listener.answered(result);
      }
    }
    for (var result : response.getGroupResultsList()) {
      var entry = unanswered.remove(result.getRequest());
      if (entry != null && entry.item instanceof Many many) {
        answeredBytes += entry.size;
        heard(many.append, result);
        many.listener.answered(result);
      }
    }
    room.give(answeredBytes);
    if (!queue.isEmpty()) {
      pump();
    }
  }

  private void heard(GroupAppend append, GroupAppendResult result) {
    for (int i = 0; i < result.getResultsCount(); i++) {
      int bucket = bucket(append.getRecipients(i).getAccountId());
      routes.heard(bucket, route, result.getResults(i));
    }
  }

  private void broke(Throwable failure) {
    if (over) {
      return;
    }
    overMillis = wheel.now();
    over = true;
    routes.failed(route, failure);
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
    long bytes = 0;
    for (var entry : broken) {
      bytes += entry.size;
      entry.item.broken();
    }
    room.give(bytes);
  }

  /// Looks whether the oldest append has waited too long; to be called every second or so.
  void watch() {
    turn.execute(() -> {
      if (over || unanswered.isEmpty() || call.isEmpty()) {
        return;
      }
      long oldest = unanswered.firstEntry().getValue().writtenMillis;
      if (wheel.now() - oldest >= ANSWER_MILLIS) {
        LOG.log(Level.WARNING, "a store did not answer appends in time");
        call.get().cancel("no answer in time");
        broke(Status.DEADLINE_EXCEEDED.asException());
      }
    });
  }

  /// Ends the stream; what is on it is reported broken.
  void close() {
    turn.execute(() -> {
      if (!over) {
        overMillis = wheel.now();
        over = true;
        call.ifPresent(OutStream::complete);
        dropAll();
      }
    });
  }

  private final class Events implements OutStream.Owner<AppendRequest, AppendResponse> {
    @Override
    public void ready() {
      schedulePump();
    }

    @Override
    public void heard(OutStream<AppendRequest, AppendResponse> from, AppendResponse answer) {
      answers(answer);
    }

    @Override
    public void ended(OutStream<AppendRequest, AppendResponse> which) {
      broke(which.failure());
    }
  }
}
