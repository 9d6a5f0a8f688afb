package sotto.client.internal.store;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.Link;

/// The newest known chain of each account, checked before it got here.
public final class Chains {
  private static final int CACHED = 4096;

  private final Sql sql;
  // What has been read or written: every link was checked, so a write that is undone leaves nothing
  // wrong here.
  private final Map<AccountId, AccountChain> cache = new HashMap<>();
  private long changes;

  Chains(Sql sql) {
    this.sql = sql;
  }

  /// The chain of an account, if one is known.
  public Optional<AccountChain> of(AccountId account) {
    AccountChain known = cache.get(account);
    if (known != null) {
      return Optional.of(known);
    }
    List<byte[]> links =
        sql.list(
            "SELECT link FROM chain_link WHERE account_id = ? ORDER BY sequence",
            r -> r.bytes(1),
            account);
    if (links.isEmpty()
        || !(AccountChain.of(links) instanceof AccountChain.Extended(AccountChain chain))) {
      return Optional.empty();
    }
    remember(chain);
    return Optional.of(chain);
  }

  /// The identity key that the newest known chain names for a device.
  Optional<byte[]> identity(DeviceAddress device) {
    return of(device.account())
        .flatMap(chain -> chain.device(device.device()))
        .map(entry -> entry.identityKey().toArray());
  }

  /// Grows whenever a chain may have.
  public long changes() {
    return changes;
  }

  /// Keeps a chain that the caller has checked against the one known.
  public void put(AccountChain chain) {
    changes++;
    for (Link link : chain.links()) {
      sql.update(
          "INSERT OR IGNORE INTO chain_link(account_id, sequence, link) VALUES(?, ?, ?)",
          chain.id(),
          link.body().sequence(),
          link.bytes());
    }
    remember(chain);
  }

  private void remember(AccountChain chain) {
    if (cache.size() >= CACHED) {
      cache.clear();
    }
    cache.put(chain.id(), chain);
  }
}
