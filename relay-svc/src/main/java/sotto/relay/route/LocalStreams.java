package sotto.relay.route;

import java.util.Optional;
import sotto.chain.DeviceAddress;

/// The streams of this relay by device. Thread-safe.
@FunctionalInterface
public interface LocalStreams {
  /// The stream that holds the device.
  ///
  /// @return empty when this relay has none
  Optional<LocalStream> find(DeviceAddress device);
}
