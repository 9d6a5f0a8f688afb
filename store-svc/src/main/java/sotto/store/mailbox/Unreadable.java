package sotto.store.mailbox;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import sotto.store.cold.SegmentName;

/// Segments whose blobs were found gone or damaged: since when, and how often. Of this process and
/// bounded: what is forgotten is only given up later. Guarded by itself.
final class Unreadable {
  /// How often a blob must have been asked for in vain.
  static final int TRIES = 5;

  private static final int MOST = 1_024;

  private final long patience;
  private final Map<SegmentName, Since> all = new LinkedHashMap<>();

  private record Since(long nanos, int tries) {}

  /// What follows from one more try in vain.
  enum Next {
    /// It was the second: a blob can be gone because the last of its envelopes has just been acked,
    /// which the second read would know.
    ALARM,
    /// It is asked for again.
    AGAIN,
    /// It was often and long enough.
    ENOUGH
  }

  /// @param patience how long it must have gone on
  Unreadable(Duration patience) {
    this.patience = patience.toNanos();
  }

  /// Notes a try in vain.
  synchronized Next failed(SegmentName name, long now) {
    Since since = all.getOrDefault(name, new Since(now, 0));
    if (all.size() >= MOST && !all.containsKey(name)) {
      all.remove(all.keySet().iterator().next());
    }
    Since next = new Since(since.nanos, since.tries + 1);
    all.put(name, next);
    if (next.tries >= TRIES && now - next.nanos >= patience) {
      return Next.ENOUGH;
    }
    return next.tries == 2 ? Next.ALARM : Next.AGAIN;
  }

  /// Forgets one that was read, or is pointed to no more.
  synchronized void wasRead(SegmentName name) {
    all.remove(name);
  }
}
