package sotto.bench.capacity;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// The unit costs, and how much hangs on each.
final class Costs {
  private Costs() {}

  /// What the installation would be if one cost twice as much.
  ///
  /// @param input which
  /// @param machines how many it would have
  record Doubled(Input input, double machines) {}

  /// All unit costs.
  static List<Input> all() {
    return Arrays.stream(Input.values())
        .filter(input -> input.section() == Input.Section.COSTS)
        .toList();
  }

  /// Each of them doubled, the one on which most hangs first.
  static List<Doubled> doubled(Given given) {
    return all().stream()
        .filter(input -> input != Input.COPIES)
        .map(input -> new Doubled(input, machines(given, input)))
        .sorted(Comparator.comparingDouble(Doubled::machines).reversed())
        .toList();
  }

  /// Endless if no number of nodes would be enough.
  private static double machines(Given given, Input input) {
    try {
      return Plan.of(given.with(input, 2 * given.of(input))).machines();
    } catch (IllegalArgumentException _) {
      return Double.POSITIVE_INFINITY;
    }
  }
}
