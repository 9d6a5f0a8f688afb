package sotto.client.internal.archive;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import sotto.client.internal.store.Store;

/// Which segments are in the message table as copies: the ones used last stay, the others leave
/// again; those that a call is looking at stay in any case. For the lane only.
final class Copies {
  private final Store store;
  private final int most;
  // The one used last is the last.
  private final LinkedHashSet<Long> used = new LinkedHashSet<>();
  private final Map<Long, Integer> held = new HashMap<>();
  private boolean read;

  /// @param most how many stay when nobody looks
  Copies(Store store, int most) {
    this.store = store;
    this.most = most;
  }

  /// Notes that copies are in use, and keeps them until [#release].
  void hold(long segment) {
    load();
    used.remove(segment);
    used.add(segment);
    held.merge(segment, 1, Integer::sum);
  }

  /// Ends a use, and lets copies leave that are too many.
  void release(Iterable<Long> segments) {
    for (long segment : segments) {
      held.computeIfPresent(segment, (_, n) -> n == 1 ? null : n - 1);
    }
    load();
    for (long segment : List.copyOf(used)) {
      if (used.size() <= most) {
        return;
      }
      if (!held.containsKey(segment)) {
        forget(segment);
        store.archivedRows().delete(segment);
        store.segments().setCached(segment, false);
      }
    }
  }

  /// Notes that a segment has no copies any more.
  void forget(long segment) {
    used.remove(segment);
  }

  /// The same for several.
  void forgetAll(Iterable<Long> segments) {
    segments.forEach(this::forget);
  }

  /// What a crash or an earlier run left is the first to go.
  private void load() {
    if (!read) {
      read = true;
      used.addAll(store.segments().cached());
    }
  }
}
