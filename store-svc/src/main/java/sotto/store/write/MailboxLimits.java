package sotto.store.write;

/// How much a device's mailbox holds. One identified sender has at most a quarter of it.
///
/// @param envelopes at least 4
/// @param bytes at least 4 × 98,560, so that a quarter takes the largest envelope
public record MailboxLimits(long envelopes, long bytes) {
  private static final int SENDER_SHARE = 4;
  private static final long LARGEST_ENVELOPE = 98_560;

  /// Checks the bounds.
  ///
  /// @throws IllegalArgumentException if one is too small
  public MailboxLimits {
    if (envelopes < SENDER_SHARE || bytes < SENDER_SHARE * LARGEST_ENVELOPE) {
      throw new IllegalArgumentException("a mailbox must hold 4 of the largest envelopes");
    }
  }

  long senderEnvelopes() {
    return envelopes / SENDER_SHARE;
  }

  long senderBytes() {
    return bytes / SENDER_SHARE;
  }
}
