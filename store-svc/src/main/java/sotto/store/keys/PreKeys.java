package sotto.store.keys;

import com.google.protobuf.ByteString;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sotto.account.v1.DeviceRegistration;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.DeviceAddress;
import sotto.store.sql.Placeholders;
import sotto.store.sql.Session;
import sotto.store.write.Batch;

/// The pre-key rows of devices.
public final class PreKeys {
  private PreKeys() {}

  /// Whether the keys of a new device are of the right form.
  public static boolean areWellFormed(DeviceRegistration device) {
    return signed(device).isWellFormed() && lastResort(device).isWellFormed();
  }

  /// Stores the keys of a new device.
  public static void insert(Batch batch, DeviceAddress device, DeviceRegistration registration)
      throws SQLException {
    insert(batch.session(), device, signed(registration));
    insert(batch.session(), device, lastResort(registration));
  }

  private static PreKey signed(DeviceRegistration device) {
    return PreKey.of(PreKey.Kind.SIGNED, device.getSignedPreKey());
  }

  private static PreKey lastResort(DeviceRegistration device) {
    return PreKey.of(PreKey.Kind.LAST_RESORT, device.getLastResortKyberPreKey());
  }

  /// Removes all keys of a device.
  public static void removeDevice(Session session, AccountId account, int device)
      throws SQLException {
    for (String table : List.of("pre_key", "taken_pre_key")) {
      session.update(
          "DELETE FROM " + table + " WHERE account_id = ? AND device_id = ?",
          account.bytes(),
          device);
    }
  }

  static void insert(Session session, DeviceAddress device, PreKey key) throws SQLException {
    session.update(
        "INSERT INTO pre_key (account_id, device_id, kind, key_id, digest, public_key, signature)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?)",
        device.account().bytes(),
        device.device().number(),
        key.kind().number,
        key.id(),
        key.digest().toArray(),
        key.publicKey().toByteArray(),
        key.signature().toByteArray());
  }

  static void remove(Session session, DeviceAddress device, PreKey.Kind kind, int id)
      throws SQLException {
    session.update(
        "DELETE FROM pre_key WHERE account_id = ? AND device_id = ? AND kind = ? AND key_id = ?",
        device.account().bytes(),
        device.device().number(),
        kind.number,
        id);
  }

  /// The key of a kind with the lowest id.
  static Optional<PreKey> first(Session session, DeviceAddress device, PreKey.Kind kind)
      throws SQLException {
    return session.first(
        "SELECT key_id, public_key, signature FROM pre_key"
            + " WHERE account_id = ? AND device_id = ? AND kind = ? ORDER BY key_id LIMIT 1",
        row ->
            new PreKey(
                kind,
                row.getInt(1),
                ByteString.copyFrom(row.getBytes(2)),
                ByteString.copyFrom(row.getBytes(3))),
        device.account().bytes(),
        device.device().number(),
        kind.number);
  }

  /// Moves a one-time key to those that were taken: it is never handed out again.
  static void take(Batch batch, DeviceAddress device, PreKey.Kind kind, int id, Bytes digest)
      throws SQLException {
    remove(batch.session(), device, kind, id);
    batch
        .session()
        .update(
            batch.dialect().insertIgnore()
                + "taken_pre_key (account_id, device_id, kind, key_id, digest, taken_at)"
                + " VALUES (?, ?, ?, ?, ?, ?)",
            device.account().bytes(),
            device.device().number(),
            kind.number,
            id,
            digest.toArray(),
            batch.rows().acceptedAt());
  }

  private record Named(int id, Bytes digest) {}

  /// The keys of a kind by id.
  static Map<Integer, Bytes> stored(Session session, DeviceAddress device, PreKey.Kind kind)
      throws SQLException {
    return byId(
        session.list(
            "SELECT key_id, digest FROM pre_key"
                + " WHERE account_id = ? AND device_id = ? AND kind = ?",
            row -> new Named(row.getInt(1), Bytes.of(row.getBytes(2))),
            device.account().bytes(),
            device.device().number(),
            kind.number));
  }

  /// Those of these ids that were taken.
  static Map<Integer, Bytes> taken(
      Session session, DeviceAddress device, PreKey.Kind kind, List<Integer> ids)
      throws SQLException {
    if (ids.isEmpty()) {
      return Map.of();
    }
    List<Object> arguments = new ArrayList<>();
    arguments.add(device.account().bytes());
    arguments.add(device.device().number());
    arguments.add(kind.number);
    arguments.addAll(Placeholders.fill(ids));
    return byId(
        session.list(
            "SELECT key_id, digest FROM taken_pre_key"
                + " WHERE account_id = ? AND device_id = ? AND kind = ? AND key_id IN "
                + Placeholders.in(ids.size()),
            row -> new Named(row.getInt(1), Bytes.of(row.getBytes(2))),
            arguments.toArray()));
  }

  private static Map<Integer, Bytes> byId(List<Named> named) {
    Map<Integer, Bytes> byId = new HashMap<>();
    named.forEach(n -> byId.put(n.id, n.digest));
    return byId;
  }

  static int count(Session session, DeviceAddress device, PreKey.Kind kind) throws SQLException {
    return session
        .first(
            "SELECT COUNT(*) FROM pre_key WHERE account_id = ? AND device_id = ? AND kind = ?",
            row -> row.getInt(1),
            device.account().bytes(),
            device.device().number(),
            kind.number)
        .orElse(0);
  }
}
