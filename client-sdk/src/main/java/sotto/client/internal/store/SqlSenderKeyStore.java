package sotto.client.internal.store;

import java.util.Optional;
import java.util.UUID;
import sotto.chain.DeviceAddress;
import sotto.crypto.SenderKeyStore;
import sotto.group.GroupId;

/// Sender keys in the store, in the lane's current transaction, and which group each was given for.
public final class SqlSenderKeyStore implements SenderKeyStore {
  /// The most keys of one device that are kept.
  public static final int MAX_OF_DEVICE = 4_096;

  /// The most of them for one group: what is older was replaced so often that nothing under it is
  /// on its way.
  private static final int MAX_OF_GROUP = 16;

  private final Sql sql;

  SqlSenderKeyStore(Sql sql) {
    this.sql = sql;
  }

  @Override
  public Optional<byte[]> senderKey(DeviceAddress sender, UUID distribution) {
    return sql.one(
        "SELECT record FROM sender_key WHERE account_id = ? AND device = ? AND distribution_id = ?",
        r -> r.bytes(1),
        sender.account(),
        sender.device().number(),
        GroupRows.bytes(distribution));
  }

  @Override
  public void putSenderKey(DeviceAddress sender, UUID distribution, byte[] record) {
    sql.update(
        "INSERT INTO sender_key(account_id, device, distribution_id, record) VALUES(?, ?, ?, ?) ON"
            + " CONFLICT(account_id, device, distribution_id) DO UPDATE SET record ="
            + " excluded.record",
        sender.account(),
        sender.device().number(),
        GroupRows.bytes(distribution),
        record);
  }

  /// Whether a device has given so many keys that no more are taken.
  public boolean isFull(DeviceAddress sender) {
    return sql.number(
            "SELECT count(*) FROM sender_key WHERE account_id = ? AND device = ?",
            sender.account(),
            sender.device().number())
        >= MAX_OF_DEVICE;
  }

  /// Notes for which group a key was given; the first word counts. Of one device and group the
  /// newest are kept.
  public void bind(DeviceAddress sender, UUID distribution, GroupId group) {
    sql.update(
        "UPDATE sender_key SET group_id = coalesce(group_id, ?) WHERE account_id = ? AND device = ?"
            + " AND distribution_id = ?",
        group,
        sender.account(),
        sender.device().number(),
        GroupRows.bytes(distribution));
    sql.update(
        "DELETE FROM sender_key WHERE account_id = ? AND device = ? AND group_id = ? AND rowid NOT IN"
            + " (SELECT rowid FROM sender_key WHERE account_id = ? AND device = ? AND group_id = ?"
            + " ORDER BY rowid DESC LIMIT ?)",
        sender.account(),
        sender.device().number(),
        group,
        sender.account(),
        sender.device().number(),
        group,
        MAX_OF_GROUP);
  }

  /// For which group a key was given.
  public Optional<GroupId> group(DeviceAddress sender, UUID distribution) {
    return sql.one(
            "SELECT group_id FROM sender_key WHERE account_id = ? AND device = ? AND"
                + " distribution_id = ?",
            r -> r.optionalBytes(1),
            sender.account(),
            sender.device().number(),
            GroupRows.bytes(distribution))
        .flatMap(bytes -> bytes)
        .map(GroupId::new);
  }
}
