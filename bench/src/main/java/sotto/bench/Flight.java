package sotto.bench;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import sotto.bench.measure.Latencies;

/// What became of the messages of one measurement. Their numbers begin at `first`; the messages of
/// another measurement that still come, and copies, are not counted. Thread-safe.
final class Flight {
  /// Of no message. One for all: the histograms of each take a third of a megabyte.
  static final Flight NONE = new Flight(0, 0);

  private static final int ACCEPTED = 1;
  private static final int DELIVERED = 2;

  final AtomicInteger accepted = new AtomicInteger();
  final AtomicInteger delivered = new AtomicInteger();
  final AtomicInteger refused = new AtomicInteger();
  final Latencies timesToAccepted = new Latencies();
  final Latencies timesToDelivered = new Latencies();
  private final long first;
  private final AtomicLongArray meant;
  private final AtomicIntegerArray seen;

  Flight(long first, int most) {
    this.first = first;
    meant = new AtomicLongArray(most);
    seen = new AtomicIntegerArray(most);
  }

  private boolean holds(long number) {
    return number >= first && number < first + meant.length();
  }

  /// A message that is to leave at `nanos`, whether or not it can.
  void meant(long number, long nanos) {
    meant.set((int) (number - first), nanos);
  }

  void accepted(long number) {
    if (is(ACCEPTED, number)) {
      timesToAccepted.add(age(number));
      accepted.incrementAndGet();
    }
  }

  void refused(long number) {
    if (holds(number)) {
      refused.incrementAndGet();
    }
  }

  void delivered(long number) {
    if (is(DELIVERED, number)) {
      timesToDelivered.add(age(number));
      delivered.incrementAndGet();
    }
  }

  /// Whether it is so for the first time.
  private boolean is(int what, long number) {
    return holds(number)
        && (seen.getAndUpdate((int) (number - first), known -> known | what) & what) == 0;
  }

  private long age(long number) {
    return System.nanoTime() - meant.get((int) (number - first));
  }
}
