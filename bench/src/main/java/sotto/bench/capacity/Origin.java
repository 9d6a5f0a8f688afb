package sotto.bench.capacity;

/// Where the default of an input is from.
enum Origin {
  /// Whoever asks knows better: a load, a node, a price.
  GIVEN("given"),
  /// From docs/performance.md or docs/storage.md.
  MEASURED("measured: "),
  /// Follows from the code, its sizes and settings.
  COMPUTED("computed: "),
  /// Nobody has measured it.
  ASSUMED("**assumed**: ");

  private final String title;

  Origin(String title) {
    this.title = title;
  }

  /// For a table.
  ///
  /// @param from where it was measured and how, or what it is computed or guessed from
  String shown(String from) {
    return title + from;
  }
}
