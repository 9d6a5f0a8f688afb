package sotto.store.mailbox;

import java.time.Duration;
import java.util.Optional;
import sotto.store.cold.ColdMetrics;
import sotto.store.cold.ColdStore;

/// How the cold tier works.
///
/// @param store where segments lie; empty = nowhere, and nothing is moved
/// @param after how long an envelope must have been undelivered, and its device unseen, before it
///   is moved; 0 = nothing is moved
/// @param giveUp how long the blob of a segment must have been found gone or damaged before the
///   mailbox goes on without it
/// @param metrics hears of it
public record ColdRules(
    Optional<ColdStore> store, Duration after, Duration giveUp, ColdMetrics metrics) {
  /// Whether anything is moved.
  public boolean moves() {
    return store.isPresent() && after.isPositive();
  }
}
