package sotto.e2e;

import java.util.Locale;
import java.util.stream.Stream;

/// The kinds of storage that `stack/sotto-stack` brings up.
enum StoreProfile {
  /// A cluster: two shards of three tablets each.
  VITESS,
  /// Vitess in one process.
  COMBO,
  /// One plain MySQL.
  MYSQL;

  /// The one of a command line.
  ///
  /// @throws IllegalArgumentException with a sentence
  static StoreProfile of(String word) {
    return Stream.of(values())
        .filter(p -> p.word().equals(word))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no profile " + word));
  }

  /// What it is called on a command line.
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
