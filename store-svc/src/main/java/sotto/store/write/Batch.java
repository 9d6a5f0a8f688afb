package sotto.store.write;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.store.sql.Dialect;
import sotto.store.sql.Session;

/// One transaction on its way, as its jobs see it.
public final class Batch {
  private final Session session;
  private final Dialect dialect;
  private final Ownership ownership;
  private final AccountCache cache;
  private final InboxRows rows;
  private final Map<Integer, Long> epochs;
  private final Set<AccountId> touched = new HashSet<>();
  private final Map<Object, Object> scoped = new HashMap<>();

  Batch(
      Session session,
      Dialect dialect,
      Ownership ownership,
      AccountCache cache,
      InboxRows rows,
      Map<Integer, Long> epochs) {
    this.session = session;
    this.dialect = dialect;
    this.ownership = ownership;
    this.cache = cache;
    this.rows = rows;
    this.epochs = epochs;
  }

  /// The connection, for statements about accounts of the job's bucket.
  public Session session() {
    return session;
  }

  /// What differs between databases.
  public Dialect dialect() {
    return dialect;
  }

  /// The envelopes of this transaction.
  public InboxRows rows() {
    return rows;
  }

  /// The epoch of the job's bucket.
  public long epoch(int bucket) {
    return epochs.getOrDefault(bucket, 0L);
  }

  /// The owner's own name.
  public String self() {
    return ownership.self();
  }

  /// Something that lives as long as this transaction, made when first asked for.
  public <T> T scoped(Object key, Class<T> type, Supplier<T> make) {
    return type.cast(scoped.computeIfAbsent(key, _ -> make.get()));
  }

  /// The account's state, read if need be; empty when there is no such account or it has ended.
  ///
  /// Changes to it become true with the commit; without one it is forgotten.
  public Optional<AccountState> account(AccountId account) throws SQLException {
    touched.add(account);
    Optional<AccountState> known = cache.find(account);
    if (known.isPresent()) {
      return known;
    }
    Optional<AccountState> read = load(account);
    read.ifPresent(cache::put);
    return read;
  }

  /// The device's state; empty when it is not in the account's list.
  public Optional<DeviceState> device(AccountId account, int device) throws SQLException {
    return account(account).flatMap(s -> Optional.ofNullable(s.devices().get(device)));
  }

  /// Puts a new device into the account's state, which must be loaded.
  public void addDevice(AccountState state, int device, int registrationId, long createdAt) {
    long start = ownership.start(state.id().bucket());
    state.devices().put(device, new DeviceState(device, registrationId, createdAt, 0, 0, 0, start));
  }

  /// Forgets the account whatever the transaction's end: its rows have changed beyond its state.
  public void forget(AccountId account) {
    touched.add(account);
    cache.drop(List.of(account));
    ownership.forgets(account.bucket());
  }

  private Optional<AccountState> load(AccountId account) throws SQLException {
    byte[] id = account.bytes();
    Optional<AccountState> found =
        session.first(
            "SELECT chain_sequence FROM account WHERE account_id = ? AND ended = 0",
            row -> new AccountState(account, row.getInt(1)),
            id);
    if (found.isEmpty()) {
      return found;
    }
    AccountState state = found.get();
    long start = ownership.start(account.bucket());
    List<DeviceState> devices =
        session.list(
            "SELECT device_id, registration_id, created_at, connection_number, last_seen_day,"
                + " missed_since FROM device WHERE account_id = ?",
            row ->
                new DeviceState(
                    row.getInt(1),
                    row.getInt(2),
                    row.getLong(3),
                    row.getLong(4),
                    row.getLong(5),
                    row.getLong(6),
                    start),
            id);
    devices.forEach(d -> state.devices().put(d.device, d));
    loadTallies(state, id);
    return found;
  }

  private void loadTallies(AccountState state, byte[] id) throws SQLException {
    record Counted(int device, Optional<Bytes> sender, Tally tally) {}
    List<Counted> counted =
        session.list(
            "SELECT device_id, sender_tag, COUNT(*), SUM(size) FROM inbox WHERE account_id = ?"
                + " GROUP BY device_id, sender_tag",
            row ->
                new Counted(
                    row.getInt(1),
                    Optional.ofNullable(row.getBytes(2)).map(Bytes::of),
                    new Tally(row.getLong(3), row.getLong(4))),
            id);
    for (Counted c : counted) {
      Optional.ofNullable(state.devices().get(c.device)).ifPresent(d -> d.load(c.sender, c.tally));
    }
  }

  void committed() {
    touched.forEach(account -> cache.find(account).ifPresent(AccountState::settle));
    epochs.keySet().forEach(ownership::settle);
    cache.trim(ownership);
  }

  /// Drops what may not be true. The chain of a device that had uncommitted positions starts at the
  /// bucket's last position, which is above them.
  void undone() {
    epochs.keySet().forEach(ownership::settle);
    epochs.keySet().forEach(ownership::forgets);
    cache.drop(touched);
  }
}
