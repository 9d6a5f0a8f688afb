package sotto.relay.append;

import java.util.concurrent.ConcurrentHashMap;
import sotto.chain.AccountId;
import sotto.mailbox.v1.MailboxServiceGrpc;
import sotto.relay.call.Detached;
import sotto.relay.pods.Route;
import sotto.relay.pods.Routes;
import sotto.relay.time.Backoff;
import sotto.relay.time.Wheel;

/// The streams of appends to all store pods: one for each route, made when a lane is bound to it,
/// ended when no lane has used it for minutes. A route whose stream broke gets its next one after
/// back-off.
///
/// Thread-safe; nothing blocks.
public final class AppendPipes implements AutoCloseable {
  private static final long WATCH_MILLIS = 1_000;
  private static final long UNUSED_MILLIS = 300_000;

  private final Routes routes;
  private final Wheel wheel;
  private final Backoff backoff;
  private final Room room;
  private final ConcurrentHashMap<Route, AppendPipe> pipes = new ConcurrentHashMap<>();

  /// No streams yet.
  ///
  /// @param routes to the pods
  /// @param wheel for back-off and the watch over answers
  /// @param backoff how long a route whose stream broke waits for its next
  /// @param boundBytes most bytes handed over and not answered, of all streams together
  public AppendPipes(Routes routes, Wheel wheel, Backoff backoff, long boundBytes) {
    this.routes = routes;
    this.wheel = wheel;
    this.backoff = backoff;
    this.room = new Room(boundBytes);
    wheel.every(WATCH_MILLIS, this::watch);
  }

  /// The stream to the owner of an account as far as is known, and the epoch of its bucket.
  public Binding bind(AccountId account) {
    int bucket = account.bucket();
    return new Binding(pipe(bucket), routes.epoch(bucket));
  }

  /// The stream to the owner of an account as far as is known, for what is in no lane.
  public GroupAppends to(AccountId account) {
    return pipe(account.bucket());
  }

  private AppendPipe pipe(int bucket) {
    return pipes.compute(
        routes.of(bucket),
        (route, old) -> {
          if (old == null) {
            return made(route, 0, 0);
          }
          if (!old.isOver()) {
            return old;
          }
          int failures = old.failures();
          return made(route, failures, backoff.millis(failures) - old.overForMillis());
        });
  }

  private AppendPipe made(Route route, int failures, long waitMillis) {
    var store = MailboxServiceGrpc.newStub(Detached.of(routes.channel(route)));
    return new AppendPipe(route, routes, store, wheel, room, failures, waitMillis);
  }

  /// Whether every append is answered.
  public boolean isIdle() {
    return room.isAllFree();
  }

  /// Whether the bound leaves room for more.
  public boolean hasRoom() {
    return room.isThere();
  }

  /// Runs a task once when there is room again; at once if there is.
  ///
  /// @param task must not block
  public void whenRoom(Runnable task) {
    room.whenThere(task);
  }

  private void watch() {
    pipes.forEach((route, pipe) -> {
      if (pipe.isUnusedFor(UNUSED_MILLIS)) {
        pipes.remove(route, pipe);
        pipe.close();
      } else {
        pipe.watch();
      }
    });
  }

  /// Ends all streams; what is on them is reported broken.
  @Override
  public void close() {
    pipes.values().forEach(AppendPipe::close);
  }
}
