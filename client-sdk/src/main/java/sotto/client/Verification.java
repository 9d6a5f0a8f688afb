package sotto.client;

/// What is known about a contact's keys.
public enum Verification {
  /// Nobody has compared the safety number: first contact was trusted.
  UNVERIFIED,
  /// The user has compared the safety number and confirmed it.
  VERIFIED,
  /// The name leads to another account than before, or the account's device list contradicts what
  /// was known. Nothing is sent to a contact who was verified before until the user confirms.
  CHANGED
}
