package sotto.relay.delivery;

import java.util.LinkedHashMap;
import java.util.OptionalLong;

/// The envelopes that a client has been sent and has not acked: the occupied part of the window.
/// Not thread-safe.
final class Unacked {
  private record Sent(int size, long acceptedAtMillis) {}

  // By position; insertion order is the order of positions.
  private final LinkedHashMap<Long, Sent> sent = new LinkedHashMap<>();
  private int bytes;

  void add(long position, int size, long acceptedAtMillis) {
    sent.put(position, new Sent(size, acceptedAtMillis));
    bytes += size;
  }

  /// Takes a position out.
  ///
  /// @return when it became durable, if it was there
  OptionalLong remove(long position) {
    var known = sent.remove(position);
    if (known == null) {
      return OptionalLong.empty();
    }
    bytes -= known.size();
    return OptionalLong.of(known.acceptedAtMillis());
  }

  int count() {
    return sent.size();
  }

  int bytes() {
    return bytes;
  }

  boolean isEmpty() {
    return sent.isEmpty();
  }

  /// Whether a position up to the given one is still there.
  boolean reachesDownTo(long position) {
    return !sent.isEmpty() && sent.firstEntry().getKey() <= position;
  }
}
