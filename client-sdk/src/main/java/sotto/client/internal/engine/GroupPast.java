package sotto.client.internal.engine;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.group.GroupChain;

/// A group's chain as far as it is known, and who has left it. Never changed once made.
///
/// @param chain the checked chain
/// @param departed who was a member and is none now
record GroupPast(GroupChain chain, Map<AccountId, Departure> departed) {
  /// When somebody ceased to be a member.
  ///
  /// @param revision the revision that ended it
  /// @param at when the server had that change, as far as is known, milliseconds since 1970
  record Departure(long revision, long at) {}

  GroupPast {
    departed = Map.copyOf(departed);
  }

  /// A group that was just founded.
  static GroupPast founded(GroupChain chain) {
    return new GroupPast(chain, Map.of());
  }

  /// The same after one change.
  ///
  /// @param longer the chain with it
  GroupPast then(GroupChain longer, long at) {
    Map<AccountId, Departure> gone = new HashMap<>(departed);
    gone.keySet().removeAll(longer.members().keySet());
    for (AccountId member : chain.members().keySet()) {
      if (longer.member(member).isEmpty()) {
        gone.put(member, new Departure(longer.revision(), at));
      }
    }
    return new GroupPast(longer, gone);
  }

  /// When an account ceased to be a member.
  Optional<Departure> departure(AccountId account) {
    return Optional.ofNullable(departed.get(account));
  }
}
