package sotto.client.internal.backup;

/// The instants at which a backup can be cut off, each with something durable just done; for tests,
/// which cut there.
public enum BackupStep {
  /// Messages are marked for a piece.
  CHOSEN,
  /// The store knows that the ciphertext is on the disk.
  PREPARED,
  /// The server has the blob, the store does not know.
  SENT,
  /// The recovery record names the new index, what the one before had is not deleted.
  NAMED
}
