package sotto.group;

/// How a group is used.
///
/// @param announcementOnly whether only owners and admins send
/// @param membersAdd whether every member may add members, not only owners and admins
public record GroupOptions(boolean announcementOnly, boolean membersAdd) {
  /// All send; owners and admins add.
  public static final GroupOptions DEFAULT = new GroupOptions(false, false);
}
