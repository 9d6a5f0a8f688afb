package sotto.bench;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/// What became of the messages of one measurement. Their numbers begin at `first`; the messages of
/// another measurement that still come are not counted. Thread-safe.
final class Flight {
  final AtomicInteger accepted = new AtomicInteger();
  final AtomicInteger delivered = new AtomicInteger();
  final AtomicInteger refused = new AtomicInteger();
  private final long first;
  private final AtomicLongArray meant;
  private final AtomicLongArray accepting;
  private final AtomicLongArray delivering;

  Flight(long first, int most) {
    this.first = first;
    meant = new AtomicLongArray(most);
    accepting = new AtomicLongArray(most);
    delivering = new AtomicLongArray(most);
  }

  private boolean holds(long number) {
    return number >= first && number < first + meant.length();
  }

  /// A message that is to leave at `nanos`, whether or not it can.
  void meant(long number, long nanos) {
    meant.set((int) (number - first), nanos);
  }

  void accepted(long number) {
    if (holds(number)) {
      took(accepting, number);
      accepted.incrementAndGet();
    }
  }

  void refused(long number) {
    if (holds(number)) {
      refused.incrementAndGet();
    }
  }

  void delivered(long number) {
    if (holds(number) && took(delivering, number)) {
      delivered.incrementAndGet();
    }
  }

  private boolean took(AtomicLongArray times, long number) {
    int index = (int) (number - first);
    return times.compareAndSet(index, 0, Math.max(1, System.nanoTime() - meant.get(index)));
  }

  Timings timesToAccepted() {
    return of(accepting);
  }

  Timings timesToDelivered() {
    return of(delivering);
  }

  private static Timings of(AtomicLongArray times) {
    long[] all = new long[times.length()];
    for (int i = 0; i < all.length; i++) {
      all[i] = times.get(i);
    }
    return Timings.of(all);
  }
}
