package sotto.crypto;

/// The messages of a linking, in order; a grant and its report may have several rounds.
public enum LinkStep {
  /// The new device waits. The only one that is not encrypted; it says nothing.
  WAITING(0),
  /// The listed device says whose account it is; for the key in the code.
  OFFER(1),
  /// The new device says what its link is to say of it; for the key in the offer.
  JOIN(2),
  /// The listed device hands over the signed link, or declines; for the key in the code.
  GRANT(3),
  /// The new device says what became of the link; for the key in the offer.
  REPORT(4);

  private final byte code;

  LinkStep(int code) {
    this.code = (byte) code;
  }

  /// Its number on the wire.
  byte code() {
    return code;
  }
}
