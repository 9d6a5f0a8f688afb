package sotto.relay.mailbox;

/// What the store says of a device that wants to open its stream (protocol C1).
public sealed interface Opening {
  /// The number is noted.
  ///
  /// @param missedSinceMillis when its full mailbox began to refuse, milliseconds since 1970; 0 =
  ///   it did not
  record Opened(long missedSinceMillis) implements Opening {}

  /// The number is not above the highest.
  ///
  /// @param highest the highest number it has used
  record DivergedAt(long highest) implements Opening {}

  /// The device is not in its account's chain.
  record Removed() implements Opening {}

  /// The operator has disabled its account.
  record LockedOut() implements Opening {}

  /// The number is more than 2^20 above the highest.
  record TooHigh() implements Opening {}

  /// The store does not know for now.
  record Unknown() implements Opening {}
}
