package sotto.client.internal.engine;

import sotto.chain.AccountId;
import sotto.client.Username;
import sotto.group.GroupId;

/// How a conversation names the one at its other end.
public sealed interface Peer {
  /// By name, which leads to an account sooner or later.
  ///
  /// @param username the name
  record Named(Username username) implements Peer {}

  /// By account.
  ///
  /// @param account the account
  record Known(AccountId account) implements Peer {}

  /// All members of a group.
  ///
  /// @param group the group
  record InGroup(GroupId group) implements Peer {}
}
