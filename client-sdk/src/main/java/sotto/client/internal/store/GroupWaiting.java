package sotto.client.internal.store;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.group.GroupId;

/// Messages to groups that cannot be read yet: the sender's key, or the group itself, has not come.
public final class GroupWaiting {
  /// One of them.
  ///
  /// @param id the row
  /// @param group the group
  /// @param from the sending device
  /// @param envelope as it came
  /// @param acceptedAt when it became durable at the server
  /// @param message the row of the conversation that stands for it; 0 = none
  @SuppressWarnings("ArrayRecordComponent") // compared by id
  public record Entry(
      long id, GroupId group, DeviceAddress from, byte[] envelope, long acceptedAt, long message) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Entry entry && entry.id == id;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(id);
    }
  }

  /// The most that wait for one account, as many as a mailbox holds; what comes beyond is dropped.
  public static final int MAX = 10_000;

  private static final String ROWS =
      "SELECT id, group_id, account_id, device, envelope, accepted_at, message FROM group_waiting ";

  private final Sql sql;

  GroupWaiting(Sql sql) {
    this.sql = sql;
  }

  /// Keeps an envelope.
  ///
  /// @param message the row that stands for it; 0 = none
  public void add(
      GroupId group,
      DeviceAddress from,
      UUID distribution,
      byte[] envelope,
      long acceptedAt,
      long now,
      long message) {
    long there =
        sql.number("SELECT count(*) FROM group_waiting WHERE account_id = ?", from.account());
    if (there < MAX) {
      sql.update(
          "INSERT INTO group_waiting(group_id, account_id, device, distribution, envelope,"
              + " accepted_at, since, message) VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
          group,
          from.account(),
          from.device().number(),
          GroupRows.bytes(distribution),
          envelope,
          acceptedAt,
          now,
          message);
    }
  }

  /// What waits for a key, in order.
  public List<Entry> of(DeviceAddress from, UUID distribution) {
    return sql.list(
        ROWS + "WHERE account_id = ? AND device = ? AND distribution = ? ORDER BY id",
        GroupWaiting::row,
        from.account(),
        from.device().number(),
        GroupRows.bytes(distribution));
  }

  /// Whether something of a device waits in a group: what comes behind it waits too.
  public boolean any(GroupId group, DeviceAddress from, UUID distribution) {
    return sql.number(
            "SELECT 1 FROM group_waiting WHERE account_id = ? AND device = ? AND distribution = ?"
                + " AND group_id = ? LIMIT 1",
            from.account(),
            from.device().number(),
            GroupRows.bytes(distribution),
            group)
        == 1;
  }

  /// What of a device has waited longest in a group.
  public Optional<Entry> first(GroupId group, DeviceAddress from) {
    return sql.one(
        ROWS + "WHERE group_id = ? AND account_id = ? AND device = ? ORDER BY id LIMIT 1",
        GroupWaiting::row,
        group,
        from.account(),
        from.device().number());
  }

  /// What waits in a group, in order.
  public List<Entry> of(GroupId group) {
    return sql.list(ROWS + "WHERE group_id = ? ORDER BY id", GroupWaiting::row, group);
  }

  /// A row stands for it.
  public void standsFor(long id, long message) {
    sql.update("UPDATE group_waiting SET message = ? WHERE id = ?", message, id);
  }

  /// Takes one away: it has an outcome.
  public void remove(long id) {
    sql.update("DELETE FROM group_waiting WHERE id = ?", id);
  }

  /// Takes away what waited too long; the rows that stand for it stay.
  public void forgetBefore(long limit) {
    sql.update("DELETE FROM group_waiting WHERE since < ?", limit);
  }

  private static Entry row(Row r) throws SQLException {
    return new Entry(
        r.number(1),
        new GroupId(r.bytes(2)),
        new DeviceAddress(new AccountId(r.bytes(3)), new DeviceId(r.integer(4))),
        r.bytes(5),
        r.number(6),
        r.number(7));
  }
}
