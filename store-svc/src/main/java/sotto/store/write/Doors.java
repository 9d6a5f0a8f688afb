package sotto.store.write;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.store.sql.Placeholders;
import sotto.store.sql.Session;

/// Who may reach which account in one transaction without saying who they are.
///
/// What is not let in costs the same, whatever the account: one read of the hashes, though the
/// account's may be known here, and nothing else of the account is read or looked at. So nobody
/// learns from an answer, or from the time that it takes, whether an account is there.
final class Doors {
  private static final int READ_AT_ONCE = 256;
  // No access key has it.
  private static final Bytes NOBODYS_HASH = Bytes.of(new byte[32]);

  private final Session session;
  private final AccountCache cache;
  private final Set<Access> open = new HashSet<>();

  Doors(Session session, AccountCache cache) {
    this.session = session;
    this.cache = cache;
  }

  /// Finds out who of these is let in.
  void admit(Collection<Access> shown) throws SQLException {
    List<Access> unsure = new ArrayList<>();
    for (Access access : shown) {
      Optional<Bytes> known = known(access.account());
      if (known.isPresent() && access.fits(known.get())) {
        open.add(access);
      } else {
        unsure.add(access);
      }
    }
    for (int from = 0; from < unsure.size(); from += READ_AT_ONCE) {
      List<Access> some = unsure.subList(from, Math.min(unsure.size(), from + READ_AT_ONCE));
      Map<AccountId, Bytes> hashes = read(some);
      for (Access access : some) {
        if (access.fits(hashes.getOrDefault(access.account(), NOBODYS_HASH))) {
          open.add(access);
        }
      }
    }
  }

  private Optional<Bytes> known(AccountId account) {
    return cache.find(account).flatMap(AccountState::accessKeyHash);
  }

  private Map<AccountId, Bytes> read(List<Access> some) throws SQLException {
    Map<AccountId, Bytes> hashes = new HashMap<>();
    session.list(
        "SELECT account_id, access_key_hash FROM profile WHERE account_id IN "
            + Placeholders.in(some.size()),
        row -> hashes.put(new AccountId(row.getBytes(1)), Bytes.of(row.getBytes(2))),
        Placeholders.fill(some.stream().map(access -> access.account().bytes()).toList())
            .toArray());
    return hashes;
  }

  /// The accounts to which a door is open, and the keys that opened it.
  Set<Access> open() {
    return open;
  }

  /// Whether it is let in, by the hash of now.
  boolean isOpen(Access access) {
    return open.contains(access) && known(access.account()).map(access::fits).orElse(true);
  }
}
