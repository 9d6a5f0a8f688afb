package sotto.store.testing;

/// What becomes of a commit.
public enum CommitFault {
  /// It is done.
  NONE,
  /// It is done, and its connection breaks before the answer.
  LOST_AFTER,
  /// Its connection breaks, and it is not done.
  LOST_BEFORE,
  /// It is done, and the process dies.
  CRASH_AFTER,
  /// The process dies first.
  CRASH_BEFORE;

  /// Whether it is done.
  boolean commits() {
    return this == NONE || this == LOST_AFTER || this == CRASH_AFTER;
  }

  /// Whether the process dies.
  boolean crashes() {
    return this == CRASH_AFTER || this == CRASH_BEFORE;
  }
}
