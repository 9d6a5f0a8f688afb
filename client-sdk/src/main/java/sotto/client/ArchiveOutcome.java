package sotto.client;

import java.time.Duration;
import java.util.Optional;

/// What came of moving messages to the archive. Whatever it is, no message is lost: those that did
/// not move are in the store as before.
public sealed interface ArchiveOutcome {
  /// How many messages left the store.
  long messages();

  /// How many segments they are.
  int segments();

  /// Bytes of the segments at the server.
  long bytes();

  /// All that could move has moved.
  ///
  /// @param messages how many messages left the store
  /// @param segments how many segments they are
  /// @param bytes of the segments at the server
  record Moved(long messages, int segments, long bytes) implements ArchiveOutcome {}

  /// The server has no room for more of this account; the rest can move once something is deleted
  /// there.
  ///
  /// @param messages how many messages left the store before
  /// @param segments how many segments they are
  /// @param bytes of the segments at the server
  /// @param limitBytes what the server keeps for this account
  /// @param retryAfter when to come back; empty = only once something was deleted
  record NoRoom(
      long messages, int segments, long bytes, long limitBytes, Optional<Duration> retryAfter)
      implements ArchiveOutcome {}
}
