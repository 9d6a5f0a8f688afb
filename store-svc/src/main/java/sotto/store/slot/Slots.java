package sotto.store.slot;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import sotto.mesh.MonotonicClock;

/// Messages by address, each written once and kept for ten minutes, within bounds of number and
/// bytes. Nothing here says whose they are. Thread-safe; only [#get] blocks.
public final class Slots {
  /// How long a message is kept.
  public static final Duration LIFE = Duration.ofMinutes(10);

  /// How many messages there are at most.
  public static final int MOST = 16_384;

  /// How many bytes they have at most.
  public static final long MOST_BYTES = 64L << 20;

  /// How many callers wait at most; those above are answered at once.
  public static final int MOST_WAITING = 1_024;

  /// What became of a message.
  public enum Put {
    /// It is there, now or already.
    FILLED,
    /// Another one is there.
    TAKEN,
    /// There is no room for another.
    FULL
  }

  private record Slot(ByteString message, long until) {}

  private static final class Waiters {
    private final CompletableFuture<ByteString> filled = new CompletableFuture<>();
    private int count;
  }

  private final MonotonicClock time;
  // Guards the rest; held for moments only.
  private final ReentrantLock lock = new ReentrantLock();
  // In the order in which they end: all live as long.
  private final LinkedHashMap<ByteString, Slot> slots = new LinkedHashMap<>();
  private final Map<ByteString, Waiters> waiting = new HashMap<>();
  private long bytes;
  private int waitingCount;

  /// None yet.
  ///
  /// @param time measures their lives
  public Slots(MonotonicClock time) {
    this.time = time;
  }

  /// Puts a message into a slot; the same message again is a success and does not prolong its life.
  public Put put(ByteString address, ByteString message) {
    CompletableFuture<ByteString> filled;
    lock.lock();
    try {
      expire();
      Slot there = slots.get(address);
      if (there != null) {
        return there.message.equals(message) ? Put.FILLED : Put.TAKEN;
      }
      if (slots.size() >= MOST || bytes + message.size() > MOST_BYTES) {
        return Put.FULL;
      }
      slots.put(address, new Slot(message, time.nanos() + LIFE.toNanos()));
      bytes += message.size();
      Waiters waiters = waiting.get(address);
      filled = waiters == null ? new CompletableFuture<>() : waiters.filled;
    } finally {
      lock.unlock();
    }
    filled.complete(message);
    return Put.FILLED;
  }

  /// The message of a slot; it stays there.
  ///
  /// @param wait how long to wait for it
  /// @return empty if there is none in time
  public ByteString get(ByteString address, Duration wait) {
    Waiters waiters;
    lock.lock();
    try {
      expire();
      Slot there = slots.get(address);
      if (there != null) {
        return there.message;
      }
      if (wait.isZero() || waitingCount >= MOST_WAITING) {
        return ByteString.EMPTY;
      }
      waiters = waiting.computeIfAbsent(address, _ -> new Waiters());
      waiters.count++;
      waitingCount++;
    } finally {
      lock.unlock();
    }
    try {
      return waiters.filled.get(wait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return ByteString.EMPTY;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a slot is never filled with a failure", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ByteString.EMPTY;
    } finally {
      leave(address, waiters);
    }
  }

  private void leave(ByteString address, Waiters waiters) {
    lock.lock();
    try {
      waitingCount--;
      waiters.count--;
      if (waiters.count == 0) {
        waiting.remove(address, waiters);
      }
    } finally {
      lock.unlock();
    }
  }

  private void expire() {
    long now = time.nanos();
    var all = slots.values().iterator();
    while (all.hasNext()) {
      Slot oldest = all.next();
      if (oldest.until - now > 0) {
        return;
      }
      bytes -= oldest.message.size();
      all.remove();
    }
  }
}
