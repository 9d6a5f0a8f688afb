package sotto.client;

import java.util.Optional;

/// How this device stands to its server.
///
/// @param state the state
/// @param problem why it is not online, when an attempt has failed
public record Connection(State state, Optional<SottoException> problem) {
  /// The states.
  public enum State {
    /// No account yet, or opened offline.
    OFFLINE,
    /// Trying; between attempts it waits up to a minute.
    CONNECTING,
    /// The stream is open: messages go and come.
    ONLINE,
    /// Another stream of this device took over; it does not come back until the home is opened
    /// again.
    DISPLACED,
    /// This device was removed from its account: it does not come back.
    REMOVED,
    /// The account was deleted: it does not come back.
    ACCOUNT_DELETED,
    /// The store cannot be written (disk full): nothing is acknowledged, tried again with back-off.
    STORAGE_BLOCKED,
    /// Closed.
    CLOSED
  }
}
