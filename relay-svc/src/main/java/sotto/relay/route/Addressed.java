package sotto.relay.route;

import sotto.chain.DeviceAddress;
import sotto.relay.delivery.Push;

/// A stored envelope and the device in whose mailbox it is.
///
/// @param device the device
/// @param push the envelope at its place
record Addressed(DeviceAddress device, Push push) {}
