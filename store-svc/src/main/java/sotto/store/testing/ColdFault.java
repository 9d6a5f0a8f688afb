package sotto.store.testing;

/// What becomes of a call to a blob store.
public enum ColdFault {
  /// It is answered.
  NONE,
  /// It does not arrive, and is not answered.
  UNAVAILABLE,
  /// It is done, and its answer is lost.
  LOST_ANSWER,
  /// It is not answered, and done only later: see [MemoryColdStore#deliverLate].
  LATE,
  /// The process that called dies before it arrives.
  CRASH_BEFORE,
  /// It is done, and the process that called dies.
  CRASH_AFTER;

  /// Whether it is done at once.
  boolean isDone() {
    return this == NONE || this == LOST_ANSWER || this == CRASH_AFTER;
  }
}
