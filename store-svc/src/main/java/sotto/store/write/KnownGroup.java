package sotto.store.write;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import sotto.chain.AccountId;
import sotto.group.Action;
import sotto.group.GroupChain;
import sotto.group.GroupChange;
import sotto.group.GroupId;

/// What the owner knows of one group: its chain, and which change each former member went by.
/// Immutable.
public final class KnownGroup {
  private final GroupChain chain;
  private final Map<AccountId, Long> departures;

  private KnownGroup(GroupChain chain, Map<AccountId, Long> departures) {
    this.chain = chain;
    this.departures = departures;
  }

  /// A group that was just founded.
  public static KnownGroup founded(GroupChain chain) {
    return new KnownGroup(chain, Map.of());
  }

  /// The same group one change later.
  ///
  /// @param longer the chain with the change at its end
  public KnownGroup after(GroupChange change, GroupChain longer) {
    Collection<AccountId> gone = departing(change, longer);
    boolean more = longer.members().size() > chain.members().size();
    boolean back = more && departures.keySet().stream().anyMatch(a -> longer.member(a).isPresent());
    if (gone.isEmpty() && !back) {
      return new KnownGroup(longer, departures);
    }
    Map<AccountId, Long> next = new HashMap<>(departures);
    gone.forEach(account -> next.put(account, longer.revision()));
    next.keySet().removeIf(account -> longer.member(account).isPresent());
    return new KnownGroup(longer, next);
  }

  /// Who is no member any more behind a change and was one before.
  ///
  /// @param with the chain with the change at its end
  public static Collection<AccountId> departing(GroupChange change, GroupChain with) {
    AccountId author = change.body().author().account();
    return switch (change.body().action()) {
      case Action.RemoveMembers(var accounts) -> accounts;
      // The last member's leave ends the group, and he stays its member.
      case Action.Leave _ -> with.member(author).isPresent() ? Set.of() : Set.of(author);
      default -> Set.of();
    };
  }

  /// The group.
  public GroupId id() {
    return chain.id();
  }

  /// Its chain.
  public GroupChain chain() {
    return chain;
  }

  /// The change by which an account went that was a member and is none any more.
  public OptionalLong departure(AccountId account) {
    return Optional.ofNullable(departures.get(account))
        .map(OptionalLong::of)
        .orElseGet(OptionalLong::empty);
  }

  /// Whether the account is a member or was one.
  public boolean concerns(AccountId account) {
    return chain.member(account).isPresent() || departures.containsKey(account);
  }

  /// About how much room it takes: members, changes and departures.
  int weight() {
    return chain.members().size() + (int) chain.revision() + 1 + departures.size();
  }
}
