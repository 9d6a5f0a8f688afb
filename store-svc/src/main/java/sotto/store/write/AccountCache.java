package sotto.store.write;

import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sotto.chain.AccountId;

/// The states of the accounts last used, up to a bound. Safe for many threads; guarded by itself.
public final class AccountCache {
  private final int capacity;
  private final Map<AccountId, AccountState> states = new LinkedHashMap<>(16, 0.75f, true);

  /// Keeps at most so many accounts.
  public AccountCache(int capacity) {
    this.capacity = capacity;
  }

  /// The account's state if it is here.
  public synchronized Optional<AccountState> find(AccountId account) {
    return Optional.ofNullable(states.get(account));
  }

  synchronized void put(AccountState state) {
    states.put(state.id(), state);
  }

  synchronized void drop(Collection<AccountId> accounts) {
    accounts.forEach(states::remove);
  }

  synchronized void dropBuckets(Set<Integer> buckets) {
    states.keySet().removeIf(account -> buckets.contains(account.bucket()));
  }

  /// Forgets the accounts least recently used; their buckets must know first.
  synchronized void trim(Ownership ownership) {
    Iterator<AccountId> oldest = states.keySet().iterator();
    while (states.size() > capacity && oldest.hasNext()) {
      ownership.forgets(oldest.next().bucket());
      oldest.remove();
    }
  }
}
