package sotto.store.testing;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.store.cold.ColdStore;
import sotto.store.cold.SegmentName;

/// A blob store in memory whose calls fail as it is told. Guarded by itself.
public final class MemoryColdStore implements ColdStore {
  private final Map<SegmentName, ByteString> all = new LinkedHashMap<>();
  private final Set<Kept> kept = new HashSet<>();
  private final List<Runnable> late = new ArrayList<>();
  private Supplier<ColdFault> faults = () -> ColdFault.NONE;

  private record Kept(AccountId account, Bytes name) {}

  /// An empty one.
  public MemoryColdStore() {}

  /// What is asked before each call.
  public synchronized void failing(Supplier<ColdFault> wanted) {
    faults = wanted;
  }

  /// The same blobs, for one process whose calls fail on their own.
  public ColdStore of(Supplier<ColdFault> wanted) {
    return new Seen(wanted);
  }

  /// Does what was late.
  public synchronized void deliverLate() {
    List<Runnable> due = List.copyOf(late);
    late.clear();
    due.forEach(Runnable::run);
  }

  /// Empties it.
  public synchronized void clear() {
    all.clear();
    late.clear();
  }

  /// The names of what is there.
  public synchronized Set<SegmentName> names() {
    return new HashSet<>(all.keySet());
  }

  /// Has an account keep a blob.
  public synchronized void keep(AccountId account, Bytes name) {
    kept.add(new Kept(account, name));
  }

  /// Whether an account keeps a blob.
  public synchronized boolean keeps(AccountId account, Bytes name) {
    return kept.contains(new Kept(account, name));
  }

  /// What is under a name.
  public synchronized Optional<ByteString> find(SegmentName name) {
    return Optional.ofNullable(all.get(name));
  }

  /// Puts other bytes under a name, as a disk that forgets.
  public synchronized void damage(SegmentName name, ByteString bytes) {
    all.put(name, bytes);
  }

  /// Loses a blob, as a disk that breaks.
  public synchronized void lose(SegmentName name) {
    all.remove(name);
  }

  @Override
  public Put put(SegmentName name, ByteString bytes, long until) {
    return put(faults, name, bytes);
  }

  @Override
  public Got get(SegmentName name) {
    return get(faults, name);
  }

  @Override
  public boolean delete(List<SegmentName> names) {
    return delete(faults, names);
  }

  @Override
  public boolean deleteKept(AccountId account, List<Bytes> names) {
    return deleteKept(faults, account, names);
  }

  private synchronized Put put(Supplier<ColdFault> by, SegmentName name, ByteString bytes) {
    ColdFault fault = by.get();
    if (fault.isDone()) {
      all.putIfAbsent(name, bytes);
    } else if (fault == ColdFault.LATE) {
      late.add(() -> all.putIfAbsent(name, bytes));
    }
    if (isLost(fault)) {
      return Put.UNAVAILABLE;
    }
    return bytes.equals(all.get(name)) ? Put.KEPT : Put.MISMATCH;
  }

  private synchronized Got get(Supplier<ColdFault> by, SegmentName name) {
    if (isLost(by.get())) {
      return new Unavailable();
    }
    ByteString bytes = all.get(name);
    return bytes == null ? new Nothing() : new Found(bytes);
  }

  private synchronized boolean deleteKept(
      Supplier<ColdFault> by, AccountId account, List<Bytes> names) {
    ColdFault fault = by.get();
    var gone = names.stream().map(name -> new Kept(account, name)).toList();
    if (fault.isDone()) {
      gone.forEach(kept::remove);
    } else if (fault == ColdFault.LATE) {
      late.add(() -> gone.forEach(kept::remove));
    }
    return !isLost(fault);
  }

  private synchronized boolean delete(Supplier<ColdFault> by, List<SegmentName> names) {
    ColdFault fault = by.get();
    if (fault.isDone()) {
      names.forEach(all::remove);
    } else if (fault == ColdFault.LATE) {
      late.add(() -> names.forEach(all::remove));
    }
    return !isLost(fault);
  }

  private static boolean isLost(ColdFault fault) {
    return switch (fault) {
      case NONE -> false;
      case UNAVAILABLE, LOST_ANSWER, LATE -> true;
      case CRASH_BEFORE, CRASH_AFTER -> throw new SimulatedCrash();
    };
  }

  private final class Seen implements ColdStore {
    private final Supplier<ColdFault> by;

    Seen(Supplier<ColdFault> by) {
      this.by = by;
    }

    @Override
    public Put put(SegmentName name, ByteString bytes, long until) {
      return MemoryColdStore.this.put(by, name, bytes);
    }

    @Override
    public Got get(SegmentName name) {
      return MemoryColdStore.this.get(by, name);
    }

    @Override
    public boolean delete(List<SegmentName> names) {
      return MemoryColdStore.this.delete(by, names);
    }

    @Override
    public boolean deleteKept(AccountId account, List<Bytes> names) {
      return MemoryColdStore.this.deleteKept(by, account, names);
    }
  }
}
