package sotto.client.internal.engine;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Wakes those who wait for a message to come further.
final class StatusBoard {
  private final ConcurrentHashMap<Long, Set<Signal>> waiters = new ConcurrentHashMap<>();

  /// Registers a waiter for a message's row.
  Signal register(long message) {
    Signal signal = new Signal();
    waiters.compute(
        message,
        (_, set) -> {
          Set<Signal> signals = set == null ? ConcurrentHashMap.newKeySet() : set;
          signals.add(signal);
          return signals;
        });
    return signal;
  }

  void unregister(long message, Signal signal) {
    waiters.computeIfPresent(
        message,
        (_, set) -> {
          set.remove(signal);
          return set.isEmpty() ? null : set;
        });
  }

  /// Says that a message's status changed.
  void changed(long message) {
    waiters.getOrDefault(message, Set.of()).forEach(Signal::raise);
  }

  void wakeAll() {
    waiters.values().forEach(set -> set.forEach(Signal::raise));
  }
}
