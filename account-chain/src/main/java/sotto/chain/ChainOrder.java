package sotto.chain;

/// How one chain stands to another.
public enum ChainOrder {
  /// The same links.
  EQUAL,
  /// This one has all the other's links and more: it is newer.
  EXTENDS,
  /// The other has all of this one's links and more: this one is older.
  OLDER,
  /// The same account, but from some sequence on they say different things: a signer or a server
  /// equivocates.
  FORKS,
  /// Different accounts.
  OTHER_ACCOUNT
}
