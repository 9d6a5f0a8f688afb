package sotto.e2e;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// What became of the messages of one or more [OneWay]s.
///
/// @param accepted how many came to *sent*
/// @param delivered how many of those the receiver's history has
/// @param lost how many of those it has not
/// @param duplicates how many messages the receiver has, or was shown, more than once
/// @param disordered how many came behind a later one
/// @param examples some of what is wrong, for a person
record Verdict(
    int accepted, int delivered, int lost, int duplicates, int disordered, List<String> examples) {
  static final Verdict NOTHING = new Verdict(0, 0, 0, 0, 0, List.of());
  private static final int MOST_EXAMPLES = 20;

  Verdict {
    examples = examples.stream().limit(MOST_EXAMPLES).toList();
  }

  /// Judges one way.
  ///
  /// @param way a name for it
  /// @param accepted the numbers of all that were accepted
  /// @param history the numbers in the receiver's history, in its order
  /// @param shown the numbers of the events that the receiver got, in their order
  static Verdict of(String way, BitSet accepted, List<Integer> history, List<Integer> shown) {
    var examples = new ArrayList<String>();
    var lost = (BitSet) accepted.clone();
    history.forEach(lost::clear);
    lost.stream().forEach(n -> examples.add("%s: message %d is lost".formatted(way, n)));
    var doubled = new HashSet<>(repeated(history));
    doubled.addAll(repeated(shown));
    doubled.forEach(n -> examples.add("%s: message %d is there twice".formatted(way, n)));
    var disordered = new HashSet<>(late(history));
    disordered.addAll(late(shown));
    disordered.forEach(n -> examples.add("%s: message %d came late".formatted(way, n)));
    return new Verdict(
        accepted.cardinality(),
        accepted.cardinality() - lost.cardinality(),
        lost.cardinality(),
        doubled.size(),
        disordered.size(),
        examples);
  }

  private static List<Integer> repeated(List<Integer> numbers) {
    var seen = new BitSet();
    return numbers.stream().filter(n -> seen.get(n) || !put(seen, n)).toList();
  }

  private static boolean put(BitSet seen, int number) {
    seen.set(number);
    return true;
  }

  private static List<Integer> late(List<Integer> numbers) {
    return IntStream.range(1, numbers.size())
        .filter(i -> numbers.get(i) < numbers.get(i - 1))
        .mapToObj(numbers::get)
        .toList();
  }

  /// Both together.
  Verdict and(Verdict other) {
    var all = new ArrayList<>(examples);
    all.addAll(other.examples);
    return new Verdict(
        accepted + other.accepted,
        delivered + other.delivered,
        lost + other.lost,
        duplicates + other.duplicates,
        disordered + other.disordered,
        all);
  }

  /// Whether nothing was lost, doubled or overtaken.
  boolean good() {
    return lost == 0 && duplicates == 0 && disordered == 0;
  }

  /// What is wrong.
  Optional<String> complaint() {
    return good()
        ? Optional.empty()
        : Optional.of(
            "%d lost, %d doubled, %d out of order".formatted(lost, duplicates, disordered));
  }
}
