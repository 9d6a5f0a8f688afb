package sotto.client.internal.engine;

import java.util.Optional;
import sotto.chain.DeviceId;

/// What people call the devices of the account: known to its own devices alone. For the lane only.
final class DeviceNames {
  private static final String NAME = "device_name/";

  private final Core core;

  DeviceNames(Core core) {
    this.core = core;
  }

  /// A device's name.
  Optional<String> of(DeviceId device) {
    return said(device).filter(name -> !name.isEmpty());
  }

  /// The same, empty if it is known to have none.
  Optional<String> said(DeviceId device) {
    return core.store().settings().text(NAME + device.number());
  }

  /// Keeps a device's name.
  void put(DeviceId device, String name) {
    core.store().settings().put(NAME + device.number(), name);
  }
}
