package sotto.client;

/// How far files have been moved.
///
/// @param done bytes of the files that are at their destination or on the way, 0 to `total`; falls
///   back to what is durable there when a connection breaks
/// @param total bytes of the files
public record Progress(long done, long total) {
  /// Whether nothing is left to move.
  public boolean complete() {
    return done >= total;
  }

  /// The share that is done, 0 to 1.
  public double share() {
    return total == 0 ? 1 : (double) done / total;
  }
}
