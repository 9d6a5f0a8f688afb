package sotto.client.internal.store;

import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import sotto.chain.Bytes;
import sotto.crypto.GroupKey;
import sotto.group.ChangeHash;
import sotto.group.GroupId;

/// The groups that this account is or was in, and the changes of each, checked before they got
/// here.
public final class GroupRows {
  /// A change of a group.
  ///
  /// @param bytes the change
  /// @param at when the server had it, or else when it was fetched, milliseconds since 1970
  public record Change(Bytes bytes, long at) {}

  private static final String ROWS =
      "SELECT g.contact, g.group_id, g.group_key, c.accepted, g.behind, g.anchor_revision,"
          + " g.anchor_hash, g.forked, g.title, g.description, g.picture_ref, g.picture,"
          + " g.link_seed, g.pending, g.distribution, g.distribution_at FROM chat_group g JOIN"
          + " contact c ON c.id = g.contact ";

  private final Sql sql;

  GroupRows(Sql sql) {
    this.sql = sql;
  }

  /// A group.
  public Optional<GroupRow> find(GroupId group) {
    return sql.one(ROWS + "WHERE g.group_id = ?", GroupRows::row, group);
  }

  /// A group by its conversation.
  public Optional<GroupRow> of(long contact) {
    return sql.one(ROWS + "WHERE g.contact = ?", GroupRows::row, contact);
  }

  /// All groups.
  public List<GroupRow> all() {
    return sql.list(ROWS + "ORDER BY g.contact", GroupRows::row);
  }

  /// Adds a group, whose changes are still to be fetched.
  public void add(long contact, GroupId group, GroupKey key, Optional<GroupRow.Anchor> anchor) {
    sql.update(
        "INSERT INTO chat_group(contact, group_id, group_key, behind, anchor_revision, anchor_hash)"
            + " VALUES(?, ?, ?, 1, ?, ?)",
        contact,
        group,
        key.bytes(),
        anchor.map(GroupRow.Anchor::revision),
        anchor.map(a -> a.hash().bytes()));
  }

  /// Forgets a group of which nothing is known but that somebody named it.
  public void remove(GroupId group) {
    sql.update(
        "DELETE FROM contact WHERE id = (SELECT contact FROM chat_group WHERE group_id = ?) AND id"
            + " NOT IN (SELECT contact FROM message)",
        group);
    sql.update("DELETE FROM chat_group WHERE group_id = ?", group);
    sql.update("DELETE FROM group_change WHERE group_id = ?", group);
  }

  /// Takes another group key and anchor, of one whose chain is not here yet.
  public void reinvited(GroupId group, GroupKey key, GroupRow.Anchor anchor) {
    sql.update(
        "UPDATE chat_group SET group_key = ?, anchor_revision = ?, anchor_hash = ?, behind = 1"
            + " WHERE group_id = ?",
        key.bytes(),
        anchor.revision(),
        anchor.hash().bytes(),
        group);
  }

  /// Takes another group key.
  public void setKey(GroupId group, GroupKey key) {
    sql.update("UPDATE chat_group SET group_key = ? WHERE group_id = ?", key.bytes(), group);
  }

  /// The user goes on with a group whose chain was seen to say two things.
  public void clearForked(long contact) {
    sql.update(
        "UPDATE chat_group SET forked = 0, anchor_revision = NULL, anchor_hash = NULL WHERE contact ="
            + " ?",
        contact);
  }

  /// Whether its changes have to be fetched.
  public void setBehind(GroupId group, boolean behind) {
    sql.update("UPDATE chat_group SET behind = ? WHERE group_id = ?", behind, group);
  }

  /// Somebody says that the chain goes further than was said before: it is to be fetched.
  public void setAnchor(GroupId group, GroupRow.Anchor anchor) {
    sql.update(
        "UPDATE chat_group SET behind = 1, anchor_revision = ?, anchor_hash = ? WHERE group_id = ?"
            + " AND coalesce(anchor_revision, -1) < ?",
        anchor.revision(),
        anchor.hash().bytes(),
        group,
        anchor.revision());
  }

  /// The chain was seen to say two things.
  public void setForked(GroupId group) {
    sql.update("UPDATE chat_group SET forked = 1 WHERE group_id = ?", group);
  }

  /// Keeps what a group is called.
  public void setText(GroupId group, String title, String description) {
    sql.update(
        "UPDATE chat_group SET title = ?, description = ? WHERE group_id = ?",
        title,
        description,
        group);
  }

  /// Keeps its picture, and what it was fetched by.
  public void setPicture(GroupId group, Optional<Bytes> reference, Optional<Bytes> picture) {
    sql.update(
        "UPDATE chat_group SET picture_ref = ?, picture = ? WHERE group_id = ?",
        reference,
        picture,
        group);
  }

  /// Keeps the secret of the invite link.
  public void setLinkSeed(GroupId group, Optional<Bytes> seed) {
    sql.update("UPDATE chat_group SET link_seed = ? WHERE group_id = ?", seed, group);
  }

  /// Keeps a change that is on its way to the server.
  public void setPending(GroupId group, Optional<Bytes> change) {
    sql.update("UPDATE chat_group SET pending = ? WHERE group_id = ?", change, group);
  }

  /// Takes another own sender key into use; nobody has it yet.
  public void setDistribution(long contact, Optional<UUID> distribution, long now) {
    sql.update(
        "UPDATE chat_group SET distribution = ?, distribution_at = ? WHERE contact = ?",
        distribution.map(GroupRows::bytes),
        now,
        contact);
    sql.update("DELETE FROM group_key_given WHERE contact = ?", contact);
  }

  /// Takes no own sender key into use again.
  public void forgetDistributions() {
    sql.update("UPDATE chat_group SET distribution = NULL");
    sql.update("DELETE FROM group_key_given");
    sql.update("DELETE FROM sender_key");
  }

  /// The revision of the newest change that is here; -1 = none is.
  public long revision(GroupId group) {
    return sql.one(
            "SELECT max(revision) FROM group_change WHERE group_id = ?",
            r -> r.optionalBytes(1).isEmpty() ? -1L : r.number(1),
            group)
        .orElse(-1L);
  }

  /// The changes of a group in order.
  ///
  /// @param from the first revision wanted
  public List<Change> changes(GroupId group, long from) {
    return sql.list(
        "SELECT bytes, at FROM group_change WHERE group_id = ? AND revision >= ? ORDER BY revision",
        r -> new Change(Bytes.of(r.bytes(1)), r.number(2)),
        group,
        from);
  }

  /// Keeps a change that follows those that are here.
  public void append(GroupId group, long revision, Change change) {
    sql.update(
        "INSERT INTO group_change(group_id, revision, bytes, at) VALUES(?, ?, ?, ?)",
        group,
        revision,
        change.bytes(),
        change.at());
  }

  /// The 16 bytes of an id of a sender key.
  public static byte[] bytes(UUID id) {
    return ByteBuffer.allocate(2 * Long.BYTES)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .array();
  }

  /// The id with these 16 bytes.
  public static UUID uuid(byte[] bytes) {
    ByteBuffer halves = ByteBuffer.wrap(bytes);
    return new UUID(halves.getLong(), halves.getLong());
  }

  private static GroupRow row(Row r) throws SQLException {
    Optional<byte[]> hash = r.optionalBytes(7);
    long revision = r.number(6);
    return new GroupRow(
        r.number(1),
        new GroupId(r.bytes(2)),
        GroupKey.of(r.bytes(3)),
        r.flag(4),
        r.flag(5),
        hash.map(h -> new GroupRow.Anchor(revision, new ChangeHash(h))),
        r.flag(8),
        r.text(9),
        r.text(10),
        r.optionalBytes(11).map(Bytes::of),
        r.optionalBytes(12).map(Bytes::of),
        r.optionalBytes(13).map(Bytes::of),
        r.optionalBytes(14).map(Bytes::of),
        r.optionalBytes(15).map(GroupRows::uuid),
        r.number(16));
  }
}
