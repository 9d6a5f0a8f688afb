package sotto.chain;

/// Why a link does not belong where it was put.
public enum Refusal {
  /// The bytes are no link.
  MALFORMED,
  /// Link 0 was wanted and this is another kind, or link 0 was offered to a chain that has one.
  NOT_A_FOUNDING,
  /// Another link already stands at this sequence: a fork, or someone was faster.
  SEQUENCE_TAKEN,
  /// Links between the head and this one are missing.
  SEQUENCE_AHEAD,
  /// The next sequence, but it follows another head: a fork.
  WRONG_PREVIOUS,
  /// The signer is no device in the list at this point.
  UNKNOWN_SIGNER,
  /// A signature is not the signer's or the recovery key's over this body.
  BAD_SIGNATURE,
  /// The number was given before.
  DEVICE_NUMBER_USED,
  /// The identity or authentication key was in this chain before.
  KEY_USED,
  /// Ten devices are in the list.
  TOO_MANY_DEVICES,
  /// The device to remove is not in the list.
  UNKNOWN_DEVICE,
  /// The device to remove is the only one: add the next first, or delete the account.
  LAST_DEVICE,
  /// The account was deleted.
  ENDED,
  /// The chain has as many links as one may have; only a deletion can follow.
  TOO_LONG
}
