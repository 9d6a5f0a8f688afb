package sotto.client.internal.net;

/// How this device stands in its account, by links that the account has signed.
public enum Standing {
  /// Nothing shows that it has left.
  LISTED,
  /// A listed device or the recovery key has taken it out.
  REMOVED,
  /// The account was deleted.
  ENDED
}
