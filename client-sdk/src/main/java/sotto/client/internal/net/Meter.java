package sotto.client.internal.net;

/// Told how far a transfer is, and asked whether it is still wanted.
@FunctionalInterface
public interface Meter {
  /// Moved up to here.
  ///
  /// @param position bytes of the blob
  /// @return false to end the transfer
  boolean at(long position);
}
