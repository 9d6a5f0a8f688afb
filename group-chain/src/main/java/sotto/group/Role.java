package sotto.group;

/// What a member may do; the table is in the comment of [GroupChain].
public enum Role {
  /// May do all. A group has one at least until it ends.
  OWNER,
  /// Runs the group, but for roles, owners, other admins, and its end.
  ADMIN,
  /// Takes part.
  MEMBER;

  /// Whether this role is an owner's or an admin's.
  public boolean leads() {
    return this != MEMBER;
  }

  boolean above(Role other) {
    return compareTo(other) < 0;
  }
}
