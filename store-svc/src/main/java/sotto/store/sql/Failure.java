package sotto.store.sql;

/// What an error of the database means to one who wants to go on. docs/operations.md has the table
/// of errors and what is done about each.
public enum Failure {
  /// No room to write. Nothing of the transaction is stored; the same may succeed when there is
  /// room.
  FULL(true),
  /// The storage does not do its work just now: its device failed, a shard has no primary, a limit
  /// of its connections is reached. Nothing of the transaction is stored, unless it was committing.
  DOWN(true),
  /// Someone else holds a lock, or the database has undone the transaction for another's sake. The
  /// same may succeed at once.
  UNDONE(false),
  /// The rows lie on more than one shard: the map of shards is out of date. Nothing is stored.
  SPLIT(false),
  /// The connection is gone, or of no more use.
  LOST(true),
  /// This statement is refused, by a constraint or because it is wrong; others may pass.
  REFUSED(false);

  private final boolean spreads;

  Failure(boolean spreads) {
    this.spreads = spreads;
  }

  /// Whether other transactions would fail as well just now.
  public boolean spreads() {
    return spreads;
  }

  /// Whether the whole transaction is worth another try at once.
  public boolean passesAtOnce() {
    return this == UNDONE || this == SPLIT;
  }
}
