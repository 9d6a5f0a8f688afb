package sotto.relay.route;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import sotto.chain.DeviceAddress;
import sotto.relay.time.Wheel;

/// Devices whose mailbox has something new, and that presence could neither find nor rule out:
/// asked for again until it can (guarantee G9: wrong presence costs time, and not a quarter of an
/// hour).
///
/// Bounded: what does not fit is left to the missed-check. Thread-safe.
final class Owed {
  /// How long after a question the next one comes, milliseconds.
  static final long AGAIN_MILLIS = 1_000;

  private static final int MOST = 100_000;
  private static final int AT_ONCE = 1_000;

  private final Set<DeviceAddress> devices = ConcurrentHashMap.newKeySet();

  /// Nothing owed.
  ///
  /// @param wake looks for a device again, and adds it again if that comes to nothing
  Owed(Wheel wheel, Consumer<DeviceAddress> wake) {
    wheel.every(AGAIN_MILLIS, () -> again(wake));
  }

  boolean isEmpty() {
    return devices.isEmpty();
  }

  void add(DeviceAddress device) {
    if (devices.size() < MOST) {
      devices.add(device);
    }
  }

  private void again(Consumer<DeviceAddress> wake) {
    var now = devices.stream().limit(AT_ONCE).toList();
    now.forEach(devices::remove);
    now.forEach(wake);
  }
}
