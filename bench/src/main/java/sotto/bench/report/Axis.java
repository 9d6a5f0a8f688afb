package sotto.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/// One axis of a plot: where values stand on it and which are marked.
///
/// @param label with the unit
/// @param logarithmic equal steps multiply; for values above 0
/// @param low the first value shown
/// @param high the last, above `low`
record Axis(String label, boolean logarithmic, double low, double high) {
  private static final int MARKS = 6;

  /// An axis wide enough for values, with round ends.
  static Axis over(String label, boolean logarithmic, DoubleStream values) {
    double[] shown = values.filter(v -> Double.isFinite(v) && (!logarithmic || v > 0)).toArray();
    double least = DoubleStream.of(shown).min().orElse(1);
    double most = DoubleStream.of(shown).max().orElse(10);
    if (logarithmic) {
      double low = Math.pow(10, Math.floor(Math.log10(least)));
      double high = Math.pow(10, Math.ceil(Math.log10(most)));
      return new Axis(label, true, low, high > low ? high : low * 10);
    }
    double low = Math.min(0, least);
    double high = most > low ? most : low + 1;
    double step = step(high - low);
    return new Axis(label, false, Math.floor(low / step) * step, Math.ceil(high / step) * step);
  }

  /// The round number of which about six make a range.
  static double step(double range) {
    double unit = Math.pow(10, Math.floor(Math.log10(range / MARKS)));
    for (double times : new double[] {1, 2, 5}) {
      if (range / (unit * times) <= MARKS) {
        return unit * times;
      }
    }
    return unit * 10;
  }

  /// Where a value stands: 0 = at the low end, 1 = at the high.
  double place(double value) {
    return logarithmic
        ? Math.log(value / low) / Math.log(high / low)
        : (value - low) / (high - low);
  }

  /// The values that are marked.
  List<Double> marks() {
    List<Double> marks = new ArrayList<>();
    if (logarithmic) {
      for (double mark = low; mark <= high * 1.001; mark *= 10) {
        marks.add(mark);
      }
      return marks;
    }
    double step = step(high - low);
    for (int i = 0; low + i * step <= high + step / 1000; i++) {
      marks.add(low + i * step);
    }
    return marks;
  }

  /// A mark as people read it.
  static String shown(double mark) {
    String text = String.format(Locale.ROOT, Math.abs(mark) >= 10 ? "%,.0f" : "%.4f", mark);
    return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
  }
}
