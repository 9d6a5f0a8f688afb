package sotto.e2e.sim;

import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
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
  private final Predicate<String> reaches;
  private final MemoryColdStore blobs = new MemoryColdStore();
  private final Map<String, ColdFault> next = new HashMap<>();
  private final Map<String, ColdFault> lasting = new HashMap<>();
  private final Set<String> killed = new HashSet<>();
  private final Map<SegmentName, long[]> messages = new HashMap<>();

  private final Map<SegmentName, Blemish> spoiled = new HashMap<>();
  private final Set<String> dieBehindReadBack = new HashSet<>();
  // Whoever puts a blob that has been deleted was frozen meanwhile: it goes by itself, much later.
  private final Set<SegmentName> deleted = new HashSet<>();
  private long longest;

  /// What is wrong with a segment that cannot be read.
  enum Blemish {
    /// The blob store says that there is none.
    GONE,
    /// It has other bytes.
    DAMAGED,
    /// Reading it fails.
    FAILING
  }

  /// @param reaches whether a pod reaches the blob service now
  SimCold(Scheduler scheduler, Predicate<String> reaches) {
    this.scheduler = scheduler;
    this.reaches = reaches;
  }

  /// The blob store as a process sees it that is about to start.
  ColdStore of(String store) {
    killed.remove(store);
    return new Seen(store, blobs.of(() -> fault(store)));
  }

  private ColdFault fault(String store) {
    var once = next.remove(store);
    var fault = once == null ? usual(store) : once;
    if (fault == ColdFault.LATE) {
      scheduler.after(LATE, blobs::deliverLate);
    }
    if (fault == ColdFault.CRASH_BEFORE || fault == ColdFault.CRASH_AFTER) {
      killed.add(store);
    }
    return fault;
  }

  private ColdFault usual(String store) {
    return reaches.test(store)
        ? lasting.getOrDefault(store, ColdFault.NONE)
        : ColdFault.UNAVAILABLE;
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

  /// A pod dies when it has read back what it has put.
  void killBehindReadBack(String store) {
    dieBehindReadBack.add(store);
  }

  /// The steps of moves take up to so long.
  void slow(long micros) {
    longest = micros;
  }

  /// How long a step takes that asks the blob store.
  long answersTake() {
    return longest;
  }

  /// What is there cannot be read.
  ///
  /// @return which
  Set<SegmentName> spoil(Blemish how) {
    var names = blobs.names();
    names.forEach(name -> spoiled.put(name, how));
    return names;
  }

  /// It is as before.
  void restore(Set<SegmentName> names) {
    spoiled.keySet().removeAll(names);
  }

  /// Nothing goes wrong any more.
  void heal() {
    next.clear();
    lasting.clear();
    spoiled.clear();
    dieBehindReadBack.clear();
    longest = 0;
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
    there.removeAll(deleted);
    if (!there.isEmpty()) {
      throw new Violation("P4", there.size() + " blobs are there that nobody knows of");
    }
  }

  /// The blob store as one start of a store pod sees it.
  private final class Seen implements ColdStore {
    private final String store;
    private final ColdStore calls;
    private Optional<SegmentName> put = Optional.empty();

    Seen(String store, ColdStore calls) {
      this.store = store;
      this.calls = calls;
    }

    @Override
    public Put put(SegmentName name, ByteString bytes, long until) {
      put = Optional.of(name);
      return calls.put(name, bytes, until);
    }

    @Override
    public Got get(SegmentName name) {
      var got = calls.get(name);
      if (put.equals(Optional.of(name)) && dieBehindReadBack.remove(store)) {
        killed.add(store);
      }
      var blemish = spoiled.get(name);
      if (blemish == null || !(got instanceof Found)) {
        return got;
      }
      return switch (blemish) {
        case GONE -> new Nothing();
        case DAMAGED -> new Found(ByteString.copyFromUtf8("not what was put"));
        case FAILING -> new Unavailable();
      };
    }

    @Override
    public boolean deleteKept(AccountId account, List<Bytes> names) {
      return calls.deleteKept(account, names);
    }

    @Override
    public boolean delete(List<SegmentName> names) {
      boolean done = calls.delete(names);
      if (done) {
        deleted.addAll(names);
      }
      return done;
    }
  }
}
