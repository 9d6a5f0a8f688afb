package sotto.relay.delivery;

import java.util.List;
import sotto.chat.v1.Delivery;

/// What a delivery loop does to the world. Every method returns at once and none calls the loop
/// back before it has returned.
public interface Outlet {
  /// Whether the client takes more without buffering here.
  boolean ready();

  /// Sends one batch of at most 256 KiB, in increasing position.
  void deliver(List<Delivery> batch);

  /// Hears that the client has acknowledged an envelope of the window.
  ///
  /// @param acceptedAtMillis when it became durable, milliseconds since 1970
  void acknowledged(long acceptedAtMillis);

  /// Hears that nothing more is read because the window is full.
  void stalled();

  /// Tells the client that the backlog is acked.
  void queueEmpty();

  /// Reads the mailbox; answered later by exactly one [DeliveryLoop#page] or
  /// [DeliveryLoop#readFailed].
  void read(long after, int maxEnvelopes, int maxBytes);

  /// Calls [DeliveryLoop#holeExpired] with this number when a hole has waited long enough.
  void startHole(int hole);

  /// Calls [DeliveryLoop#retry] after back-off.
  ///
  /// @param failures how many reads failed in a row, at least 1
  void retryRead(int failures);

  /// Calls [DeliveryLoop#flush] when what is queued for this stream now has been handled.
  void flushSoon();
}
