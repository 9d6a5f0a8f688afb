package sotto.e2e;

import java.util.Locale;

/// The kinds of storage that `stack/sotto-stack` brings up.
enum StoreProfile {
  /// A cluster: two shards of three tablets each.
  VITESS,
  /// Vitess in one process.
  COMBO,
  /// One plain MySQL.
  MYSQL;

  /// What it is called on a command line.
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
