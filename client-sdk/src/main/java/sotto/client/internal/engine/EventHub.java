package sotto.client.internal.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import sotto.client.Event;

/// Brings events to the streams that are open. Kept events are read from the store; this only says
/// that there are more, and carries those that are not kept.
public final class EventHub {
  private static final int MAX_LIVE = 1024;

  /// The live events of one stream; the oldest are dropped when nobody reads them.
  public final class Inlet implements AutoCloseable {
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Event> live = new ArrayDeque<>(); // guarded by lock

    private void offer(Event event) {
      lock.lock();
      try {
        if (live.size() >= MAX_LIVE) {
          live.removeFirst();
        }
        live.addLast(event);
      } finally {
        lock.unlock();
      }
    }

    /// The oldest live event not yet taken.
    public Optional<Event> poll() {
      lock.lock();
      try {
        return Optional.ofNullable(live.pollFirst());
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {
      inlets.remove(this);
      arrived.raise();
    }
  }

  private final Signal arrived = new Signal();
  private final CopyOnWriteArrayList<Inlet> inlets = new CopyOnWriteArrayList<>();

  /// Opens the way for a stream.
  public Inlet open() {
    Inlet inlet = new Inlet();
    inlets.add(inlet);
    return inlet;
  }

  /// Raised when there is something new for any stream.
  Signal arrived() {
    return arrived;
  }

  /// Says that events were added to the store.
  void stored() {
    arrived.raise();
  }

  /// Hands a live event to every stream that is open.
  void live(Event event) {
    inlets.forEach(inlet -> inlet.offer(event));
    arrived.raise();
  }
}
