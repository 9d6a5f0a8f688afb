package sotto.client.internal.store;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.crypto.KyberPreKey;
import sotto.crypto.SessionStore;

/// Sessions and pre-keys in the store, in the transaction that is open on the lane.
public final class SqlSessionStore implements SessionStore {
  /// The identity keys that chains name.
  @FunctionalInterface
  interface Identities {
    /// The 33-byte key of a device in the newest known chain.
    Optional<byte[]> of(DeviceAddress peer);
  }

  private final Sql sql;
  private final Identities identities;
  private final Clock clock;

  SqlSessionStore(Sql sql, Identities identities, Clock clock) {
    this.sql = sql;
    this.identities = identities;
    this.clock = clock;
  }

  @Override
  public Optional<byte[]> session(DeviceAddress peer) {
    return sql.one(
        "SELECT record FROM session WHERE account_id = ? AND device = ?",
        r -> r.bytes(1),
        peer.account(),
        peer.device().number());
  }

  @Override
  public void putSession(DeviceAddress peer, byte[] record) {
    sql.update(
        "INSERT INTO session(account_id, device, record) VALUES(?, ?, ?)"
            + " ON CONFLICT(account_id, device) DO UPDATE SET record = excluded.record",
        peer.account(),
        peer.device().number(),
        record);
  }

  @Override
  public void deleteSession(DeviceAddress peer) {
    sql.update(
        "DELETE FROM session WHERE account_id = ? AND device = ?",
        peer.account(),
        peer.device().number());
  }

  @Override
  public List<DeviceId> sessionDevices(AccountId account) {
    return sql.list(
        "SELECT device FROM session WHERE account_id = ?",
        r -> new DeviceId(r.integer(1)),
        account);
  }

  @Override
  public List<DeviceAddress> sessions() {
    return sql.list(
        "SELECT account_id, device FROM session",
        r -> new DeviceAddress(new AccountId(r.bytes(1)), new DeviceId(r.integer(2))));
  }

  @Override
  public Optional<byte[]> oneTimePreKey(int id) {
    return sql.one("SELECT record FROM pre_key WHERE id = ?", r -> r.bytes(1), id);
  }

  @Override
  public void removeOneTimePreKey(int id) {
    sql.update("DELETE FROM pre_key WHERE id = ?", id);
  }

  @Override
  public Optional<byte[]> signedPreKey(int id) {
    return sql.one("SELECT record FROM signed_pre_key WHERE id = ?", r -> r.bytes(1), id);
  }

  @Override
  public Optional<KyberPreKey> kyberPreKey(int id) {
    return sql.one(
        "SELECT record, last_resort FROM kyber_pre_key WHERE id = ?",
        r -> new KyberPreKey(r.bytes(1), r.flag(2)),
        id);
  }

  @Override
  public void removeKyberPreKey(int id) {
    sql.update("DELETE FROM kyber_pre_key WHERE id = ? AND last_resort = 0", id);
  }

  @Override
  public boolean markLastResortUsed(int kyberId, int signedId, byte[] baseKey) {
    return sql.update(
            "INSERT OR IGNORE INTO kyber_use(kyber_id, signed_id, base_key, used_at)"
                + " VALUES(?, ?, ?, ?)",
            kyberId,
            signedId,
            baseKey,
            clock.millis())
        == 1;
  }

  @Override
  public Optional<byte[]> identityOf(DeviceAddress peer) {
    return identities.of(peer);
  }
}
