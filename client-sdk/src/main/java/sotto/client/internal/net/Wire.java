package sotto.client.internal.net;

import io.grpc.ManagedChannel;

/// An open way to a server.
public interface Wire extends AutoCloseable {
  /// The channel; it connects when the first call is made.
  ManagedChannel channel();

  /// Ends all calls and frees every thread, within a fraction of a second.
  @Override
  void close();
}
