package sotto.presence;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import sotto.presence.v1.AttachRequest;
import sotto.presence.v1.AttachResponse;
import sotto.presence.v1.Change;
import sotto.presence.v1.Changes;
import sotto.presence.v1.Watched;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// One relay's attach stream: frames in, one at a time, and the outbox out whenever the relay takes
/// more.
///
/// ```
/// opened ──lease──▶ attached ──▶ over      by the relay, a later stream of it, a lapsed lease,
///    └───any other frame──────────▲        a frame out of order or a limit
/// ```
///
/// gRPC calls the inbound side one call at a time; the outbound side runs on a virtual thread, one
/// at a time by `wakes`.
final class AttachStream implements StreamObserver<AttachRequest> {
  private final Directory directory;
  private final PresenceConfig config;
  private final ServerCallStreamObserver<AttachResponse> relay;
  private final Executor executor;
  private final Outbox outbox;
  private final AtomicInteger wakes = new AtomicInteger();
  private final AtomicBoolean paused = new AtomicBoolean();
  private boolean finished; // by the one drain

  // By gRPC's calls, which come one at a time.
  private final Map<Long, Watch> watches = new HashMap<>();
  private Optional<Lease> attached = Optional.empty();

  private AttachStream(
      Directory directory,
      PresenceConfig config,
      ServerCallStreamObserver<AttachResponse> relay,
      Executor executor) {
    this.directory = directory;
    this.config = config;
    this.relay = relay;
    this.executor = executor;
    this.outbox = new Outbox(config.maxDisplacedWaiting(), this::wake);
  }

  /// Takes over a call that has just come in.
  ///
  /// @param executor runs the outbound side; not in the calling thread
  static AttachStream open(
      Directory directory,
      PresenceConfig config,
      ServerCallStreamObserver<AttachResponse> relay,
      Executor executor) {
    var stream = new AttachStream(directory, config, relay, executor);
    relay.disableAutoRequest();
    relay.setOnReadyHandler(stream::wake);
    relay.setOnCancelHandler(stream::over);
    relay.setOnCloseHandler(stream::over);
    relay.request(1);
    return stream;
  }

  @Override
  public void onNext(AttachRequest request) {
    if (outbox.ended()) {
      return;
    }
    try {
      attached.ifPresent(directory::renew);
      switch (request.getFrameCase()) {
        case LEASE -> attach(request.getLease().getRelay(), request.getLease().getEpoch());
        case RENEW -> lease();
        case CHANGES -> apply(lease(), request.getChanges());
        case COMPLETE -> lease().completed(request.getComplete().getPodsVersion());
        case FRAME_NOT_SET -> throw outOfOrder("a frame is missing");
      }
    } catch (StatusRuntimeException e) {
      outbox.fail(e);
      return;
    }
    readOn();
  }

  @Override
  public void onError(Throwable failure) {
    over();
  }

  /// The relay leaves in order: its lease ends with the stream.
  @Override
  public void onCompleted() {
    attached.ifPresent(lease -> directory.leave(lease, outbox));
    over();
  }

  private void attach(String name, long epoch) {
    if (attached.isPresent()) {
      throw outOfOrder("a stream has one lease");
    }
    attached = Optional.of(directory.attach(name, epoch, outbox));
    outbox.leased(Math.toIntExact(config.leaseLife().toMillis()));
  }

  private Lease lease() {
    return attached.orElseThrow(() -> outOfOrder("the lease comes first"));
  }

  private void apply(Lease lease, Changes changes) {
    for (Change change : changes.getChangesList()) {
      switch (change.getChangeCase()) {
        case CONNECTED -> directory.connected(lease, change.getConnected());
        case DISCONNECTED -> directory.disconnected(lease, change.getDisconnected());
        case PUBLISHED -> directory.published(lease, change.getPublished());
        case WATCHED -> watch(change.getWatched());
        case UNWATCHED -> unwatch(change.getUnwatched().getWatch());
        case CHANGE_NOT_SET -> throw outOfOrder("a change is missing");
      }
    }
    outbox.done(changes.getBatch());
  }

  private void watch(Watched watched) {
    unwatch(watched.getWatch());
    if (watches.size() >= config.maxWatchesPerRelay()) {
      return;
    }
    var watch =
        new Watch(
            watched.getWatch(),
            Directory.account(watched.getAccountId()),
            sha256(watched.getAccessKey().toByteArray()),
            outbox);
    watches.put(watch.id(), watch);
    directory.watch(watch);
  }

  private void unwatch(long id) {
    Optional.ofNullable(watches.remove(id)).ifPresent(directory::unwatch);
  }

  /// The stream is over. What the relay registered stays as long as its lease.
  private void over() {
    outbox.complete();
    watches.values().forEach(directory::unwatch);
    watches.clear();
  }

  private void readOn() {
    if (!outbox.crowded()) {
      relay.request(1);
      return;
    }
    paused.set(true);
    resume();
  }

  private void resume() {
    if (!outbox.crowded() && paused.compareAndSet(true, false)) {
      relay.request(1);
    }
  }

  private void wake() {
    if (wakes.getAndIncrement() == 0) {
      executor.execute(this::drain);
    }
  }

  private void drain() {
    int seen;
    do {
      seen = wakes.get();
      write();
    } while (wakes.addAndGet(-seen) != 0);
  }

  private void write() {
    while (!finished && (outbox.ended() || relay.isReady())) {
      Optional<Outbox.Next> next = outbox.next();
      if (next.isEmpty()) {
        return;
      }
      switch (next.get()) {
        case Outbox.Next.Frame(AttachResponse response) -> relay.onNext(response);
        case Outbox.Next.Failed(StatusRuntimeException why) -> {
          finished = true;
          relay.onError(why);
        }
        case Outbox.Next.Completed _ -> {
          finished = true;
          relay.onCompleted();
        }
      }
      resume();
    }
  }

  private static StatusRuntimeException outOfOrder(String message) {
    return Statuses.of(Reason.FRAME_OUT_OF_ORDER, message);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
