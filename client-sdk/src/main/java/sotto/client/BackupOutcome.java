package sotto.client;

import java.time.Duration;
import java.util.Optional;

/// What came of a backup.
public sealed interface BackupOutcome {
  /// It is made: the account can be restored as it was when it began.
  ///
  /// @param messages how many messages it holds
  /// @param added how many of them were written now
  /// @param pieces how many pieces it has
  /// @param bytes written now
  record Saved(long messages, long added, int pieces, long bytes) implements BackupOutcome {}

  /// The server has no room for more of this account. The backup before is as it was; what has gone
  /// up stays, and the next one goes on with it.
  ///
  /// @param limitBytes what the server keeps for this account
  /// @param retryAfter when to come back; empty = only once something was deleted
  record NoRoom(long limitBytes, Optional<Duration> retryAfter) implements BackupOutcome {}
}
