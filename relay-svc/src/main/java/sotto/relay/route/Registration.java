package sotto.relay.route;

import com.google.protobuf.ByteString;
import java.util.List;
import sotto.chain.DeviceAddress;

/// One stream as presence knows it.
///
/// Identity counts, not content: a device may have two for a moment. What is published is touched
/// in the turn of [PresenceLink] only.
public final class Registration {
  private final DeviceAddress device;
  private final long connectionNumber;
  private final Runnable confirmed;
  boolean published;
  boolean visible;
  List<ByteString> accessKeyHashes = List.of();

  /// A registration that presence has not heard of.
  ///
  /// @param device whose stream it is
  /// @param connectionNumber the stream's
  /// @param confirmed called every time presence has acknowledged it: after the first, and after
  ///   each new attach; must not block
  public Registration(DeviceAddress device, long connectionNumber, Runnable confirmed) {
    this.device = device;
    this.connectionNumber = connectionNumber;
    this.confirmed = confirmed;
  }

  DeviceAddress device() {
    return device;
  }

  long connectionNumber() {
    return connectionNumber;
  }

  void confirm() {
    confirmed.run();
  }
}
