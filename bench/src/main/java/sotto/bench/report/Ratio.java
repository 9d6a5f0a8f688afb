package sotto.bench.report;

import java.util.Arrays;

/// What one thing is of another, each measured once a trial: the middle of the trials' ratios, and
/// their range, which says how far to trust it.
///
/// @param median of an even number of trials the mean of the two in the middle
public record Ratio(double median, double low, double high) {
  /// Compares trial by trial.
  ///
  /// @param ours one figure a trial
  /// @param base the same trials', above 0
  public static Ratio of(double[] ours, double[] base) {
    if (ours.length == 0 || ours.length != base.length) {
      throw new IllegalArgumentException(ours.length + " figures beside " + base.length);
    }
    double[] ratios = new double[ours.length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = ours[i] / base[i];
    }
    double[] sorted = ratios.clone();
    Arrays.sort(sorted);
    return new Ratio(median(sorted), sorted[0], sorted[sorted.length - 1]);
  }

  /// The middle of some figures.
  public static double median(double[] figures) {
    double[] sorted = figures.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
}
