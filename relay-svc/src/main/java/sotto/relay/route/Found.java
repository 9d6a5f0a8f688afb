package sotto.relay.route;

import java.util.List;
import java.util.Optional;
import sotto.chain.DeviceAddress;
import sotto.presence.v1.Location;

/// What presence says of an account's devices.
///
/// @param locations of those that are connected, one each
/// @param sure whether a device that is not there is not connected; else a pod could not know, or
///   did not answer
record Found(List<Location> locations, boolean sure) {
  Optional<Location> of(DeviceAddress device) {
    return locations.stream()
        .filter(location -> location.getDevice() == device.device().number())
        .findFirst();
  }
}
