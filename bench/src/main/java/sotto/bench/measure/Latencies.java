package sotto.bench.measure;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.ConcurrentHistogram;

/// Durations, to three digits. Thread-safe.
public final class Latencies {
  private static final long LONGEST = 3_600_000_000_000L;
  private static final double MILLI = 1e6;
  private static final double[] RANKS = {
    0, 10, 25, 50, 75, 90, 95, 98, 99, 99.5, 99.8, 99.9, 99.95, 99.99
  };

  private final ConcurrentHistogram times = new ConcurrentHistogram(1_000, LONGEST, 3);

  /// A point of the distribution.
  ///
  /// @param nines how rare longer ones are: 2 = one in a hundred
  /// @param millis how long
  public record Point(double nines, double millis) {}

  /// Adds one, in nanoseconds; longer than an hour counts as an hour.
  public void add(long nanos) {
    times.recordValue(Math.clamp(nanos, 0, LONGEST));
  }

  /// Forgets all; nothing is to be added meanwhile.
  public void clear() {
    times.reset();
  }

  /// How many there are.
  public long count() {
    return times.getTotalCount();
  }

  /// The shortest that so many of a hundred do not pass, in milliseconds; not a number if there are
  /// none.
  public double millis(double percent) {
    return count() == 0 ? Double.NaN : times.getValueAtPercentile(percent) / MILLI;
  }

  /// The distribution, up to where a single one stands for its rank.
  public List<Point> points() {
    List<Point> points = new ArrayList<>();
    for (double rank : RANKS) {
      if (count() * (100 - rank) >= 100) {
        points.add(new Point(-Math.log10(1 - rank / 100), millis(rank)));
      }
    }
    return points;
  }
}
