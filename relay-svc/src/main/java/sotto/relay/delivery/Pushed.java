package sotto.relay.delivery;

/// What became of a push (protocol P3).
public enum Pushed {
  /// It is on the stream, or was already.
  PUSHED,
  /// The stream holds it back or reads it from the mailbox.
  BEHIND,
  /// The stream is closed.
  NOT_HERE
}
