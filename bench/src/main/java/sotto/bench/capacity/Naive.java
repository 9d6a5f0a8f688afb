package sotto.bench.capacity;

/// The design that Sotto's is compared with: as it is drawn at a first meeting, by no measurement.
///
/// @param servers that hold connections
/// @param heartbeats a second, each of which somebody records
/// @param bytes that are kept, in one copy
/// @param shards that keep them
record Naive(double servers, double heartbeats, double bytes, double shards) {
  static final double CONNECTIONS = 100;
  static final double BEATS = 1;
  static final double MESSAGE_BYTES = 1_000;
  static final double YEARS = 5;
  static final double SHARD_BYTES = 2e12;
  private static final double DAYS_A_YEAR = 365;

  /// For so many users, each of whom sends so many messages a day.
  static Naive of(double users, double messages) {
    double bytes = users * messages * DAYS_A_YEAR * YEARS * MESSAGE_BYTES;
    return new Naive(
        Math.ceil(users / CONNECTIONS), users * BEATS, bytes, Math.ceil(bytes / SHARD_BYTES));
  }
}
