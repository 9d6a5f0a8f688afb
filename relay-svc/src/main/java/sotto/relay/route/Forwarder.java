package sotto.relay.route;

import com.google.protobuf.ByteString;
import sotto.chain.DeviceAddress;
import sotto.relay.delivery.Push;

/// Brings things to the stream of a device, wherever it is. Best effort: all of it is either in the
/// mailbox or worth nothing later. Thread-safe; nothing blocks.
public interface Forwarder {
  /// Brings a stored envelope.
  void forward(DeviceAddress device, Push push);

  /// Brings something ephemeral.
  void ephemeral(DeviceAddress device, ByteString envelope);

  /// Says that the device's mailbox may hold something new.
  void wake(DeviceAddress device);
}
