package sotto.relay.delivery;

import sotto.chat.v1.Delivery;

/// A stored envelope on its way to a stream, with its link in the device's chain of positions.
///
/// @param delivery position, time and bytes
/// @param previous the device's position before it (protocol P1)
public record Push(Delivery delivery, long previous) {
  long position() {
    return delivery.getPosition();
  }

  int size() {
    return delivery.getEnvelope().size();
  }
}
