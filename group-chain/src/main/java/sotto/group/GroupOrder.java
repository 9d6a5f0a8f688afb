package sotto.group;

/// How one chain stands to another.
public enum GroupOrder {
  /// The same changes.
  EQUAL,
  /// This one has all the other's changes and more: it is newer.
  EXTENDS,
  /// The other has all of this one's changes and more: this one is older.
  OLDER,
  /// The same group, but from some revision on they say different things: a server equivocates.
  FORKS,
  /// Different groups.
  OTHER_GROUP
}
