package sotto.store.sql;

/// What an error of the database means to one who wants to go on.
public enum Failure {
  /// No room to write. Nothing of the transaction is stored; the same may succeed when there is
  /// room.
  FULL(true),
  /// The device failed. Nothing of the transaction is stored, as far as this process can tell.
  IO(true),
  /// Someone else holds a lock. The same may succeed at once.
  BUSY(true),
  /// The connection is gone.
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
}
