package sotto.bench;

import java.util.Arrays;
import java.util.Locale;

/// Times in order, of which each rank can be asked: all samples are kept, so no bucket rounds them.
final class Timings {
  private final long[] sorted;

  private Timings(long[] sorted) {
    this.sorted = sorted;
  }

  /// Those above 0, in nanoseconds; a 0 is none.
  static Timings of(long[] nanos) {
    return new Timings(Arrays.stream(nanos).filter(n -> n > 0).sorted().toArray());
  }

  int count() {
    return sorted.length;
  }

  /// The smallest that so many of a hundred do not pass, in milliseconds, for people.
  String at(double percent) {
    if (sorted.length == 0) {
      return "none";
    }
    int rank = (int) Math.ceil(sorted.length * percent / 100);
    return millis(sorted[Math.max(0, Math.min(sorted.length, rank) - 1)]);
  }

  static String millis(long nanos) {
    return String.format(Locale.ROOT, nanos < 10_000_000 ? "%.1f" : "%.0f", nanos / 1e6);
  }
}
