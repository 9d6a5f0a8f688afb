package sotto.store.write;

import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.group.GroupId;
import sotto.store.cold.Directory;
import sotto.store.cold.Marks;
import sotto.store.sql.Dialect;
import sotto.store.sql.Placeholders;
import sotto.store.sql.Session;

/// One transaction on its way, as its jobs see it.
public final class Batch {
  private static final int LOADED_AT_ONCE = 256;

  private final Session session;
  private final Dialect dialect;
  private final Ownership ownership;
  private final AccountCache cache;
  private final GroupCache groups;
  private final InboxRows rows;
  private final Removals removals;
  private final Doors doors;
  private final Segments segments;
  private final Map<Integer, Long> epochs;
  private final Set<AccountId> touched = new HashSet<>();
  private final Set<GroupId> changed = new HashSet<>();
  private final Map<Object, Object> scoped = new HashMap<>();

  Batch(
      Session session,
      Dialect dialect,
      Ownership ownership,
      AccountCache cache,
      GroupCache groups,
      InboxRows rows,
      Map<Integer, Long> epochs) {
    this.session = session;
    this.dialect = dialect;
    this.ownership = ownership;
    this.cache = cache;
    this.groups = groups;
    this.rows = rows;
    this.removals = new Removals(this);
    this.doors = new Doors(session, cache);
    this.segments = new Segments(session, rows.acceptedAt());
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

  /// The envelopes that leave in this transaction.
  public Removals removals() {
    return removals;
  }

  /// The cold parts of mailboxes.
  public Segments segments() {
    return segments;
  }

  /// Where an earlier try put an envelope, if it is still there: in a row, or in a segment.
  public Optional<InboxRow.StoredAt> find(AccountId account, DeviceState device, byte[] dedupe)
      throws SQLException {
    Optional<InboxRow.StoredAt> row = rows.find(account, device.device, dedupe);
    return row.isPresent() ? row : segments.find(account, device, dedupe);
  }

  /// Does what waits: removals, then rows. Counts of mailboxes are sure afterwards.
  public void flush() throws SQLException {
    removals.flush();
    rows.flush();
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

  /// A group as it is just now, if it is known here; empty says nothing about the group.
  public Optional<KnownGroup> group(GroupId group) {
    return groups.find(group);
  }

  /// Notes what a group of the job's bucket is just now. Becomes true with the commit; without one
  /// it is forgotten.
  public void know(KnownGroup group) {
    changed.add(group.id());
    groups.put(group);
  }

  /// Reads what jobs need of accounts that are not known, all together.
  void prepare(List<Job> jobs) throws SQLException {
    doors.admit(jobs.stream().flatMap(job -> job.access().stream()).toList());
    preload(
        jobs.stream()
            .filter(job -> job.access().map(doors::isOpen).orElse(true))
            .flatMap(job -> job.account().stream())
            .toList());
    doors.open().forEach(access -> accessKeyIs(access.account(), access.keyHash()));
  }

  /// Whether who shows this may reach the account. What jobs show is known from the start.
  public boolean admits(Access access) {
    return doors.isOpen(access);
  }

  /// Notes the hash of the access key that an account has just now.
  public void accessKeyIs(AccountId account, Bytes hash) {
    touched.add(account);
    cache.find(account).ifPresent(state -> state.accessKeyHash(hash));
  }

  /// Reads the states of accounts that are not known, all together.
  void preload(Collection<AccountId> accounts) throws SQLException {
    List<AccountId> unknown =
        accounts.stream().distinct().filter(a -> cache.find(a).isEmpty()).toList();
    for (int from = 0; from < unknown.size(); from += LOADED_AT_ONCE) {
      load(unknown.subList(from, Math.min(unknown.size(), from + LOADED_AT_ONCE)))
          .values()
          .forEach(cache::put);
    }
  }

  private Optional<AccountState> load(AccountId account) throws SQLException {
    return Optional.ofNullable(load(List.of(account)).get(account));
  }

  private Map<AccountId, AccountState> load(List<AccountId> accounts) throws SQLException {
    Map<AccountId, AccountState> states = new HashMap<>();
    Object[] ids = Placeholders.fill(accounts.stream().map(AccountId::bytes).toList()).toArray();
    String in = " IN " + Placeholders.in(accounts.size());
    session
        .list(
            "SELECT account_id, chain_sequence FROM account WHERE ended = 0 AND account_id" + in,
            row -> new AccountState(new AccountId(row.getBytes(1)), row.getInt(2)),
            ids)
        .forEach(state -> states.put(state.id(), state));
    if (states.isEmpty()) {
      return states;
    }
    loadLockedOut(states, in, ids);
    loadDevices(states, in, ids);
    loadTallies(states, in, ids);
    loadSegments(states, in, ids);
    return states;
  }

  private void loadLockedOut(Map<AccountId, AccountState> states, String in, Object[] ids)
      throws SQLException {
    session
        .list(
            "SELECT account_id FROM account_decision WHERE disabled_at <> 0 AND account_id" + in,
            row -> new AccountId(row.getBytes(1)),
            ids)
        .forEach(
            account -> Optional.ofNullable(states.get(account)).ifPresent(AccountState::lockOut));
  }

  private void loadDevices(Map<AccountId, AccountState> states, String in, Object[] ids)
      throws SQLException {
    record Loaded(AccountId account, DeviceState device) {}
    List<Loaded> devices =
        session.list(
            "SELECT account_id, device_id, registration_id, created_at, connection_number,"
                + " last_seen_day, missed_since FROM device WHERE account_id"
                + in,
            row -> {
              AccountId account = new AccountId(row.getBytes(1));
              return new Loaded(
                  account,
                  new DeviceState(
                      row.getInt(2),
                      row.getInt(3),
                      row.getLong(4),
                      row.getLong(5),
                      row.getLong(6),
                      row.getLong(7),
                      ownership.start(account.bucket())));
            },
            ids);
    for (Loaded loaded : devices) {
      Optional.ofNullable(states.get(loaded.account))
          .ifPresent(s -> s.devices().put(loaded.device.device, loaded.device));
    }
  }

  private void loadTallies(Map<AccountId, AccountState> states, String in, Object[] ids)
      throws SQLException {
    record Counted(AccountId account, int device, Optional<Bytes> sender, Tally tally) {}
    List<Counted> counted =
        session.list(
            "SELECT account_id, device_id, sender_tag, COUNT(*), SUM(size) FROM inbox"
                + " WHERE account_id"
                + in
                + " GROUP BY account_id, device_id, sender_tag",
            row ->
                new Counted(
                    new AccountId(row.getBytes(1)),
                    row.getInt(2),
                    Optional.ofNullable(row.getBytes(3)).map(Bytes::of),
                    new Tally(row.getLong(4), row.getLong(5))),
            ids);
    for (Counted c : counted) {
      Optional.ofNullable(states.get(c.account))
          .flatMap(s -> Optional.ofNullable(s.devices().get(c.device)))
          .ifPresent(d -> d.load(c.sender, c.tally));
    }
  }

  /// What is cold counts like what is not.
  private void loadSegments(Map<AccountId, AccountState> states, String in, Object[] ids)
      throws SQLException {
    record Cold(AccountId account, int device, Directory directory, Marks marks) {}
    List<Cold> segments =
        session.list(
            "SELECT account_id, device_id, dedupe_keys, acked FROM inbox_segment"
                + " WHERE account_id"
                + in,
            row ->
                new Cold(
                    new AccountId(row.getBytes(1)),
                    row.getInt(2),
                    Directory.decode(row.getBytes(3)),
                    Marks.of(row.getBytes(4))),
            ids);
    for (Cold cold : segments) {
      Optional.ofNullable(states.get(cold.account))
          .flatMap(s -> Optional.ofNullable(s.devices().get(cold.device)))
          .ifPresent(d -> {
            d.addCold(cold.directory);
            for (int i = 0; i < cold.directory.entries().size(); i++) {
              Directory.Entry entry = cold.directory.entries().get(i);
              if (!cold.marks.isGone(i)) {
                d.add(entry.size(), entry.sender());
              }
            }
          });
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
    groups.drop(changed);
  }
}
