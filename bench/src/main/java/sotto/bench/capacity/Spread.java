package sotto.bench.capacity;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import sotto.mesh.PodList;

/// How evenly something lies on pods, of which a sample was drawn.
///
/// @param what lies there
/// @param pods on which it lies
/// @param drawn how many keys were drawn
/// @param whole how many there are in truth
/// @param fullest what the fullest pod has of the mean, in the sample
/// @param evenness the squared deviations beside those of chance (χ² by its degrees of freedom):
///   about 1 = the hash is as even as dice, 10 = it is not; not a number for what differs from key
///   to key
record Spread(String what, int pods, double drawn, double whole, double fullest, double evenness) {

  /// How many keys pods have.
  ///
  /// @param counts of each pod that has any
  static Spread ofKeys(String what, PodList pods, Map<String, Double> counts, double whole) {
    int count = pods.names().size();
    double drawn = counts.values().stream().mapToDouble(d -> d).sum();
    double mean = drawn / count;
    double squares = 0;
    for (String pod : pods.names()) {
      double more = counts.getOrDefault(pod, 0.0) - mean;
      squares += more * more / mean;
    }
    return new Spread(
        what, count, drawn, whole, fullest(pods, counts), squares / Math.max(1, count - 1));
  }

  /// What pods bear of so many keys.
  static Spread ofLoad(
      String what, PodList pods, Map<String, Double> counts, double drawn, double whole) {
    return new Spread(what, pods.names().size(), drawn, whole, fullest(pods, counts), Double.NaN);
  }

  private static double fullest(PodList pods, Map<String, Double> counts) {
    double mean = counts.values().stream().mapToDouble(d -> d).sum() / pods.names().size();
    return counts.values().stream().mapToDouble(d -> d).max().orElse(0) / mean;
  }

  /// What the fullest of all in truth has of the mean: with an even hash, deviations shrink with
  /// the square root of what is drawn.
  double ofAll() {
    return 1 + (fullest - 1) * Math.sqrt(drawn / whole);
  }

  /// The part of all places that are other ones afterwards.
  ///
  /// @param before the pods of each key
  /// @param after the same keys'
  static double moved(List<List<String>> before, List<List<String>> after) {
    double moved = 0;
    double all = 0;
    for (int i = 0; i < before.size(); i++) {
      List<String> old = before.get(i);
      all += old.size();
      moved += after.get(i).stream().filter(pod -> !old.contains(pod)).count();
    }
    return moved / all;
  }

  /// What each pod has.
  static Map<String, Double> counted(List<List<String>> places) {
    Map<String, Double> counts = new HashMap<>();
    places.forEach(pods -> pods.forEach(pod -> counts.merge(pod, 1.0, Double::sum)));
    return counts;
  }
}
