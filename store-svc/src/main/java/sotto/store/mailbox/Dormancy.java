package sotto.store.mailbox;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.SortedSet;
import java.util.TreeSet;
import sotto.store.write.DeviceState;

/// Which devices of an account have been away for too long to keep envelopes for (protocol A3).
///
/// The device last seen, of those seen on one day the one with the lowest number, is never dormant.
///
/// @param after how long a device may be away
public record Dormancy(Duration after) {
  private static final Comparator<DeviceState> LAST_SEEN =
      Comparator.comparingLong(DeviceState::seen)
          .thenComparing(Comparator.comparingInt((DeviceState d) -> d.device).reversed());

  SortedSet<Integer> dormant(Collection<DeviceState> devices, long now) {
    SortedSet<Integer> dormant = new TreeSet<>();
    for (DeviceState device : devices) {
      if (now - device.seen() > after.toMillis()) {
        dormant.add(device.device);
      }
    }
    if (dormant.size() == devices.size()) {
      devices.stream().max(LAST_SEEN).ifPresent(last -> dormant.remove(last.device));
    }
    return dormant;
  }
}
