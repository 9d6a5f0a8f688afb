package sotto.client.internal.engine;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import sotto.chat.v1.SealedSend;
import sotto.chat.v1.SendResult;
import sotto.client.ServerAddress;
import sotto.client.internal.net.Dialer;
import sotto.client.internal.net.SealedStream;
import sotto.client.internal.net.Wire;

/// The stream of sealed sends, on a connection and a TLS session of its own: opened when something
/// is to go, ended when nothing has gone for a while or the device's own connection is over.
///
/// ```
/// closed ── wanted ──▶ open ── idle, hung up, broken ──▶ closed
/// closed ── wanted, too soon after it was broken ──▶ closed, asked for again later
/// any ── the server has no such call ──▶ absent, until the next connection
/// ```
final class SealedLine {
  /// Who sends on it; called on any thread.
  interface Guest {
    /// A stream is there.
    void opened(SealedStream stream);

    /// Sends can be written again, or the stream be asked for again.
    void ready();

    /// A send is answered.
    void answered(SealedStream stream, SendResult result);

    /// A stream is over.
    ///
    /// @param absent the server has no such call
    void ended(SealedStream stream, boolean absent);
  }

  private static final long IDLE_NANOS = Duration.ofSeconds(30).toNanos();
  private static final long LOOK_MILLIS = 10_000;
  private static final int GIVE_UP = 3;
  private static final long FIRST_PAUSE_MILLIS = 500;

  private final Core core;
  private final Dialer dialer;
  private Guest guest = new Nobody();

  // Guarded by this.
  private Optional<Attempt> current = Optional.empty();
  private boolean opening;
  private boolean asking;
  private boolean absent;
  private int failures;
  private long notBefore = System.nanoTime();

  SealedLine(Core core, Dialer dialer) {
    this.core = core;
    this.dialer = dialer;
  }

  void serves(Guest who) {
    guest = who;
  }

  /// Whether what is new may rely on it.
  synchronized boolean dependable() {
    return !absent && failures < GIVE_UP;
  }

  /// The device has connected anew: what did not work may work now.
  synchronized void reset() {
    absent = false;
    failures = 0;
    notBefore = System.nanoTime();
  }

  /// Opens a stream, unless there is one.
  void want() {
    Optional<Session> session = core.session();
    long wait;
    synchronized (this) {
      wait = (notBefore - System.nanoTime()) / 1_000_000;
      if (session.isEmpty() || current.isPresent() || opening || absent || asking) {
        return;
      }
      if (wait > 0) {
        asking = true;
      } else {
        opening = true;
      }
    }
    if (wait > 0) {
      core.timers().after(wait + 1, this::askAgain);
    } else {
      core.inBackground("sealed", () -> dial(session.get().place()));
    }
  }

  private void askAgain() {
    synchronized (this) {
      asking = false;
    }
    guest.ready();
  }

  private void dial(ServerAddress place) {
    Attempt attempt;
    try {
      attempt = new Attempt(dialer.apart().dial(place));
    } catch (RuntimeException e) {
      synchronized (this) {
        opening = false;
      }
      throw e;
    }
    synchronized (this) {
      opening = false;
      current = Optional.of(attempt);
    }
    attempt.start();
    if (core.closed() || core.session().isEmpty()) {
      hangUp();
    } else {
      core.timers().after(LOOK_MILLIS, attempt::look);
    }
  }

  /// Writes a send on a stream, if that is the one there is.
  void send(SealedStream on, SealedSend send) {
    Optional<Attempt> now;
    synchronized (this) {
      now = current;
    }
    now.filter(attempt -> attempt.stream.equals(Optional.of(on)))
        .ifPresent(attempt -> attempt.send(send));
  }

  /// Ends the stream and its connection.
  void letGo() {
    take().ifPresent(last -> closeAside(last::close));
  }

  /// Also where the engine is closed and does no more work in the background.
  private static void closeAside(Runnable close) {
    Thread.ofVirtual().name("sotto-sealed-end").start(close);
  }

  /// The same; blocks for a fraction of a second.
  void hangUp() {
    take().ifPresent(Attempt::close);
  }

  private synchronized Optional<Attempt> take() {
    Optional<Attempt> last = current;
    current = Optional.empty();
    return last;
  }

  private final class Attempt implements SealedStream.Listener {
    private final Wire wire;
    private final AtomicInteger open = new AtomicInteger();
    private volatile Optional<SealedStream> stream = Optional.empty();
    private volatile long used = System.nanoTime();
    private volatile boolean heard;

    Attempt(Wire wire) {
      this.wire = wire;
    }

    void start() {
      SealedStream started = SealedStream.open(wire.channel(), this);
      stream = Optional.of(started);
      guest.opened(started);
    }

    void send(SealedSend send) {
      used = System.nanoTime();
      open.incrementAndGet();
      stream.ifPresent(s -> s.send(send));
    }

    private void look() {
      boolean mine;
      synchronized (SealedLine.this) {
        mine = current.filter(a -> a == this).isPresent();
      }
      if (mine && open.get() == 0 && System.nanoTime() - used >= IDLE_NANOS) {
        heard = true;
        stream.ifPresent(SealedStream::complete);
      }
      if (mine) {
        core.timers().after(LOOK_MILLIS, this::look);
      }
    }

    void close() {
      stream.ifPresent(SealedStream::complete);
      wire.close();
    }

    @Override
    public void answered(SealedStream from, SendResult result) {
      heard = true;
      used = System.nanoTime();
      open.decrementAndGet();
      guest.answered(from, result);
    }

    @Override
    public void ready(SealedStream from) {
      guest.ready();
    }

    @Override
    public void ended(SealedStream from, boolean isAbsent) {
      synchronized (SealedLine.this) {
        if (current.filter(a -> a == this).isPresent()) {
          current = Optional.empty();
          absent |= isAbsent;
          failures = heard ? 0 : failures + 1;
          long pause = failures == 0 ? 0 : FIRST_PAUSE_MILLIS << Math.min(failures - 1, 7);
          notBefore = System.nanoTime() + pause * 1_000_000;
        }
      }
      closeAside(wire::close);
      guest.ended(from, isAbsent);
    }
  }

  private static final class Nobody implements Guest {
    @Override
    public void opened(SealedStream stream) {
      // Nobody sends.
    }

    @Override
    public void ready() {
      // Nobody sends.
    }

    @Override
    public void answered(SealedStream stream, SendResult result) {
      // Nobody sends.
    }

    @Override
    public void ended(SealedStream stream, boolean absent) {
      // Nobody sends.
    }
  }
}
