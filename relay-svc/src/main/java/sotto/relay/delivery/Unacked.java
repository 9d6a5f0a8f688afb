package sotto.relay.delivery;

import java.util.LinkedHashMap;

/// The envelopes that a client has been sent and has not acked: the occupied part of the window.
/// Not thread-safe.
final class Unacked {
  // Position to size; insertion order is the order of positions.
  private final LinkedHashMap<Long, Integer> sizes = new LinkedHashMap<>();
  private int bytes;

  void add(long position, int size) {
    sizes.put(position, size);
    bytes += size;
  }

  /// Takes a position out.
  ///
  /// @return whether it was there
  boolean remove(long position) {
    var size = sizes.remove(position);
    if (size == null) {
      return false;
    }
    bytes -= size;
    return true;
  }

  int count() {
    return sizes.size();
  }

  int bytes() {
    return bytes;
  }

  boolean isEmpty() {
    return sizes.isEmpty();
  }

  /// Whether a position up to the given one is still there.
  boolean reachesDownTo(long position) {
    return !sizes.isEmpty() && sizes.firstEntry().getKey() <= position;
  }
}
