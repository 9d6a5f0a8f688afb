package sotto.store.write;

/// What became of a job.
public sealed interface Fate {
  /// What it did is durable.
  ///
  /// @param epoch the epoch of its bucket, 0 for a job without one
  record Committed(long epoch) implements Fate {}

  /// Nothing was done: the bucket is another owner's.
  ///
  /// @param owner as the bucket's row names it; empty = none
  record Moved(String owner) implements Fate {}

  /// It failed. Mostly nothing was done, but that is not known for sure.
  ///
  /// @param why what stood in the way
  record Again(Why why) implements Fate {}

  /// What stands in the way of a write.
  enum Why {
    /// No room on the disk.
    FULL,
    /// The queue is long, the bucket is being taken over, or the database does not answer.
    BUSY,
    /// This job alone fails; the log has more.
    BROKEN
  }
}
