package sotto.store.group;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import sotto.group.ChangeHash;
import sotto.group.GroupChain;
import sotto.group.GroupChange;
import sotto.group.GroupId;
import sotto.store.sql.Session;

/// The rows of groups.
final class GroupRows {
  private GroupRows() {}

  /// The newest change of a group.
  ///
  /// @param revision its revision
  /// @param hash its hash
  record Head(long revision, ChangeHash hash) {
    static Head of(GroupChain chain) {
      return new Head(chain.revision(), chain.headHash());
    }
  }

  /// The head of a group; empty if there is no such group.
  static Optional<Head> head(Session session, GroupId group) throws SQLException {
    return session.first(
        "SELECT revision, head_hash FROM chat_group WHERE group_id = ?",
        row -> new Head(row.getLong(1), new ChangeHash(row.getBytes(2))),
        group.bytes());
  }

  /// Changes in the order of their revisions.
  ///
  /// @param from the first revision
  /// @param to the last revision, if there are not `most` before it
  static List<byte[]> changes(Session session, GroupId group, long from, long to, int most)
      throws SQLException {
    return session.list(
        "SELECT bytes FROM group_change WHERE group_id = ? AND revision >= ? AND revision <= ?"
            + " ORDER BY revision LIMIT ?",
        row -> row.getBytes(1),
        group.bytes(),
        from,
        to,
        most);
  }

  /// Writes a founding.
  static void insert(Session session, GroupChain founded, GroupChange change, long now)
      throws SQLException {
    session.update(
        "INSERT INTO chat_group (group_id, revision, head_hash, created_at) VALUES (?, ?, ?, ?)",
        founded.id().bytes(),
        founded.revision(),
        founded.headHash().bytes(),
        now);
    insertChange(session, founded, change);
  }

  /// Writes a change.
  ///
  /// @param longer the chain with it at its end
  static void append(Session session, GroupChain longer, GroupChange change) throws SQLException {
    int moved =
        session.update(
            "UPDATE chat_group SET revision = ?, head_hash = ?"
                + " WHERE group_id = ? AND revision = ? AND head_hash = ?",
            longer.revision(),
            longer.headHash().bytes(),
            longer.id().bytes(),
            longer.revision() - 1,
            change.body().previous().bytes());
    if (moved != 1) {
      throw new SQLException("a group is not as its owner knows it");
    }
    insertChange(session, longer, change);
  }

  private static void insertChange(Session session, GroupChain chain, GroupChange change)
      throws SQLException {
    session.update(
        "INSERT INTO group_change (group_id, revision, bytes) VALUES (?, ?, ?)",
        chain.id().bytes(),
        chain.revision(),
        change.bytes());
  }
}
