package sotto.relay.append;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/// The bound on the bytes of appends at all stores and on the way to them. At the bound the client
/// streams ask their clients for no more; those that are told so late go over it by a frame each.
///
/// Thread-safe, without locks.
final class Room {
  private final long boundBytes;
  private final AtomicLong bytes = new AtomicLong();
  private final ConcurrentLinkedQueue<Runnable> wanted = new ConcurrentLinkedQueue<>();

  /// All of it is free.
  ///
  /// @param boundBytes at least 1
  Room(long boundBytes) {
    this.boundBytes = boundBytes;
  }

  void take(int size) {
    bytes.addAndGet(size);
  }

  void give(long size) {
    bytes.addAndGet(-size);
    tell();
  }

  boolean isAllFree() {
    return bytes.get() == 0;
  }

  boolean isThere() {
    return bytes.get() < boundBytes;
  }

  /// Runs a task once when there is room again; at once if there is.
  void whenThere(Runnable task) {
    wanted.add(task);
    tell();
  }

  private void tell() {
    while (isThere()) {
      var task = wanted.poll();
      if (task == null) {
        return;
      }
      task.run();
    }
  }
}
