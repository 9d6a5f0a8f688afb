package sotto.store.mailbox;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import sotto.store.cold.SegmentName;

/// Segments that could not be read, nobody knows why, and when each is asked for again: the time
/// between two tries doubles, from half a second to half a minute. Says how often that may be
/// logged, too. Of this process and bounded: what is forgotten is only asked for earlier. Guarded
/// by itself.
final class Unanswered {
  /// The time behind the first try in vain.
  static final Duration SHORTEST = Duration.ofMillis(500);

  /// The longest time between two tries.
  static final Duration LONGEST = Duration.ofSeconds(30);

  /// The shortest time between two lines in the log, whatever the segments.
  static final Duration QUIET = Duration.ofMinutes(5);

  private static final int MOST = 1_024;

  private final Map<SegmentName, Wait> all = new LinkedHashMap<>();
  private OptionalLong said = OptionalLong.empty();
  private long unsaid;

  /// @param from when the last try began
  /// @param length how long none may follow
  private record Wait(long from, long length) {
    boolean isOver(long now) {
      return now - from >= length;
    }
  }

  /// Whether a segment may be asked for now. One that has failed may by one reader at a time.
  ///
  /// @param now nanoseconds
  synchronized boolean mayTry(SegmentName name, long now) {
    Wait wait = all.getOrDefault(name, new Wait(now, 0));
    if (!wait.isOver(now)) {
      return false;
    }
    if (wait.length > 0) {
      all.put(name, new Wait(now, wait.length));
    }
    return true;
  }

  /// Notes a try in vain.
  ///
  /// @param now nanoseconds
  /// @return how many there were since the log last said so, this one among them; empty if it is
  ///   not to say so yet
  synchronized OptionalLong failed(SegmentName name, long now) {
    long before = all.getOrDefault(name, new Wait(now, 0)).length;
    if (all.size() >= MOST && !all.containsKey(name)) {
      all.remove(all.keySet().iterator().next());
    }
    long length = Math.clamp(2 * before, SHORTEST.toNanos(), LONGEST.toNanos());
    all.put(name, new Wait(now, length));
    unsaid++;
    if (said.isPresent() && now - said.getAsLong() < QUIET.toNanos()) {
      return OptionalLong.empty();
    }
    long count = unsaid;
    said = OptionalLong.of(now);
    unsaid = 0;
    return OptionalLong.of(count);
  }

  /// Forgets one for which there was an answer, whatever it was.
  synchronized void answered(SegmentName name) {
    all.remove(name);
  }
}
