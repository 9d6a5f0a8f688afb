package sotto.client.internal.engine;

import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import sotto.client.internal.net.Blobs;
import sotto.client.internal.net.DirectHttp;

/// How blobs are reached, over connections that come and go.
interface Way {
  /// One connection.
  ///
  /// @param blobs transfers through the server
  /// @param direct the way to stores of objects
  record Open(Blobs blobs, DirectHttp direct) {}

  /// The connection, while there is one.
  Optional<Open> now();

  /// Whether there will be none any more.
  boolean closed();

  /// Waits for something about the connection.
  ///
  /// @return whether it has come
  boolean await(BooleanSupplier condition, Duration longest);

  /// Over the connections of a device.
  static Way of(Core core) {
    return new Way() {
      @Override
      public Optional<Open> now() {
        return core.session().map(session -> new Open(session.blobs(), session.direct()));
      }

      @Override
      public boolean closed() {
        return core.closed();
      }

      @Override
      public boolean await(BooleanSupplier condition, Duration longest) {
        return core.progress().await(condition, longest);
      }
    };
  }
}
