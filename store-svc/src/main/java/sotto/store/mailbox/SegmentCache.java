package sotto.store.mailbox;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import sotto.store.cold.Segment;
import sotto.store.cold.SegmentName;

/// The segments that were read last, up to a bound in bytes: whoever pages through one asks for it
/// several times. A name always stands for the same bytes, so nothing here can be old. Guarded by
/// itself.
final class SegmentCache {
  private final long most;
  private final Map<SegmentName, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  private record Kept(Segment segment, int size) {}

  /// @param most bytes that are kept
  SegmentCache(long most) {
    this.most = most;
  }

  synchronized Optional<Segment> find(SegmentName name) {
    return Optional.ofNullable(kept.get(name)).map(Kept::segment);
  }

  synchronized void put(SegmentName name, Segment segment, int size) {
    if (kept.putIfAbsent(name, new Kept(segment, size)) == null) {
      bytes += size;
    }
    Iterator<Kept> oldest = kept.values().iterator();
    while (bytes > most && oldest.hasNext()) {
      bytes -= oldest.next().size;
      oldest.remove();
    }
  }
}
