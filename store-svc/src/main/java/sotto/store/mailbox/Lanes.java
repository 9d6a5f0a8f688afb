package sotto.store.mailbox;

import java.util.LinkedHashMap;
import java.util.Map;

/// The lanes of one append stream in which something was refused.
///
/// **The rule** (protocol L1). An append that is answered with anything but *appended* breaks its
/// lane at its generation. From then on every append of that lane with the same or a lower
/// generation is *retry in order* and nothing of it is stored, also if an earlier try had stored
/// it: its turn comes after the refused one, in a higher generation, and then its first position is
/// the answer. So nothing of a lane is ever answered *appended* before something that was sent
/// ahead of it is answered for good, and what two generations store stays in the order of sending
/// (G4); a stored envelope keeps its place whichever generation asks (G3).
///
/// An append in a higher generation does not mend the lower ones: a late one of those is still
/// refused.
///
/// The memory is bounded. What is dropped is the lane that was refused longest ago, 65,536 refused
/// lanes back: its relay has read that refusal long since, because a stream whose answers are not
/// read is not read either, and after a refusal a relay sends nothing of that generation.
///
/// Guarded by itself.
final class Lanes {
  private static final int MAX = 65_536;

  private final Map<Long, Integer> broken =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Integer> eldest) {
          return size() > MAX;
        }
      };

  /// Whether an append's turn is over. Lane 0 is no lane.
  synchronized boolean isBroken(long lane, int generation) {
    Integer at = broken.get(lane);
    return lane != 0 && at != null && Integer.compareUnsigned(generation, at) <= 0;
  }

  /// Notes a refusal.
  synchronized void breakAt(long lane, int generation) {
    if (lane != 0) {
      Integer before = broken.remove(lane);
      // Put anew, so that it counts as refused just now.
      if (before != null && Integer.compareUnsigned(generation, before) < 0) {
        broken.put(lane, before);
      } else {
        broken.put(lane, generation);
      }
    }
  }
}
