package sotto.e2e.sim;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import sotto.chain.DeviceAddress;
import sotto.store.cold.ColdStore;
import sotto.store.cold.Segment;
import sotto.store.cold.SegmentName;
import sotto.store.testing.ColdFault;
import sotto.store.testing.MemoryColdStore;
import sotto.store.testing.MemoryDatabase;

/// The blob store that the store pods of a run share, how it fails, and what of it must hold.
final class SimCold {
  private static final long LATE = 3 * Scheduler.SECOND;

  private final Scheduler scheduler;
  private final MemoryColdStore blobs = new MemoryColdStore();
  private final Map<String, ColdFault> next = new HashMap<>();
  private final Map<String, ColdFault> lasting = new HashMap<>();
  private final Set<String> killed = new HashSet<>();
  private final Map<SegmentName, long[]> messages = new HashMap<>();

  SimCold(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /// The blob store as a process sees it that is about to start.
  ColdStore of(String store) {
    killed.remove(store);
    return blobs.of(() -> fault(store));
  }

  private ColdFault fault(String store) {
    var once = next.remove(store);
    var fault = once == null ? lasting.getOrDefault(store, ColdFault.NONE) : once;
    if (fault == ColdFault.LATE) {
      scheduler.after(LATE, blobs::deliverLate);
    }
    if (fault == ColdFault.CRASH_BEFORE || fault == ColdFault.CRASH_AFTER) {
      killed.add(store);
    }
    return fault;
  }

  /// Whether a call has killed the process.
  boolean hasKilled(String store) {
    return killed.contains(store);
  }

  /// The next call of a pod goes wrong so.
  void failNext(String store, ColdFault fault) {
    next.put(store, fault);
  }

  /// All calls of a pod go wrong so, until told otherwise.
  void fail(String store, ColdFault fault) {
    lasting.put(store, fault);
  }

  /// Nothing goes wrong any more.
  void heal() {
    next.clear();
    lasting.clear();
  }

  /// The message that a mailbox has in a segment.
  long message(MemoryDatabase.ColdMail mail) {
    var all = messages.computeIfAbsent(mail.name(), name -> read(name, mail.device()));
    return all[mail.index()];
  }

  private long[] read(SegmentName name, DeviceAddress device) {
    var bytes =
        blobs
            .find(name)
            .orElseThrow(() ->
                new Violation(
                    "P4", "a mailbox of " + device + " points to a blob that is not there"));
    return Segment.decode(bytes, Segment.digest(bytes))
        .orElseThrow(() -> new Violation("P4", "a segment of " + device + " is damaged"))
        .mails()
        .stream()
        .mapToLong(mail -> SimClient.message(mail.envelope()))
        .toArray();
  }

  /// No blob is there that nobody will ever delete, and none is missing.
  void checkBlobs(MemoryDatabase database) {
    var there = blobs.names();
    var known = new HashSet<>(database.loose());
    for (var mail : database.coldMails()) {
      known.add(mail.name());
      if (!there.contains(mail.name())) {
        throw new Violation("P4", "a mailbox of " + mail.device() + " points to nothing");
      }
    }
    there.removeAll(known);
    if (!there.isEmpty()) {
      throw new Violation("P4", there.size() + " blobs are there that nobody knows of");
    }
  }
}
