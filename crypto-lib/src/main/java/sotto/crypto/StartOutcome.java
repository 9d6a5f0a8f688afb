package sotto.crypto;

/// What came of starting a session from a bundle.
public sealed interface StartOutcome {
  /// There is a session now, stored.
  record Started() implements StartOutcome {}

  /// The bundle's identity key is not the one that the newest known chain names for this device, or
  /// the chain names no such device: fetch the chain; if it stays so, the server lies.
  record KeyNotInChain() implements StartOutcome {}

  /// A pre-key is not signed by the identity key.
  record BadSignature() implements StartOutcome {}

  /// A key is no key, an id or number is out of its bounds, or the bundle is our own.
  record Malformed() implements StartOutcome {}
}
