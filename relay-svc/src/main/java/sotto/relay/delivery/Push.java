package sotto.relay.delivery;

import sotto.chat.v1.Delivery;

/// A stored envelope on its way to a stream, with its link in the device's chain of positions.
///
/// @param delivery position, time and bytes
/// @param previous the device's position before it (protocol P1)
public record Push(Delivery delivery, long previous) {
  /// Its place in the device's mailbox.
  public long position() {
    return delivery.getPosition();
  }

  /// The context of the trace that it belongs to; empty = none.
  public String traceparent() {
    return delivery.getTraceparent();
  }

  /// The same with another context.
  public Push within(String traceparent) {
    return new Push(delivery.toBuilder().setTraceparent(traceparent).build(), previous);
  }

  int size() {
    return delivery.getEnvelope().size();
  }
}
