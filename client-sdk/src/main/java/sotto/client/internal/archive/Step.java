package sotto.client.internal.archive;

/// The instants at which moving and returning can be cut off, each with something durable just
/// done; for tests, which cut there.
public enum Step {
  /// Messages are marked for a segment.
  CHOSEN,
  /// The ciphertext is on the disk, the store does not know.
  WRITTEN,
  /// The store knows that the ciphertext is on the disk.
  PREPARED,
  /// The server has the blob, the store does not know.
  SENT,
  /// The store knows that the server has the blob.
  UPLOADED,
  /// The blob was read back.
  VERIFIED,
  /// The messages have left the store, the ciphertext has not.
  MOVED,
  /// The messages are back for good, the blob is still at the server.
  RETURNED,
  /// The blob is gone, the store does not know.
  DELETED
}
