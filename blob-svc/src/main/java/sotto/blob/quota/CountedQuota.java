package sotto.blob.quota;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import sotto.blob.BlobName;
import sotto.blob.BlobRecord;
import sotto.blob.BlobStore;
import sotto.blob.Shelf;
import sotto.chain.AccountId;

/// The same quota for every account, counted in memory from what the store keeps: for one process
/// that has the store to itself.
public final class CountedQuota implements KeptQuota {
  private static final int PAGE = 1_000;

  private final long limit;
  // Each value is changed within `compute` only.
  private final ConcurrentMap<AccountId, Map<BlobName, Long>> taken = new ConcurrentHashMap<>();

  /// @param limit bytes for each account
  public CountedQuota(long limit) {
    this.limit = limit;
  }

  /// Counts what a store keeps already. Unfinished uploads take their room anew when they go on.
  public static CountedQuota of(BlobStore store, long limit) throws IOException {
    var quota = new CountedQuota(limit);
    Optional<BlobName> last = Optional.empty();
    List<BlobName> page;
    do {
      page = store.list(Shelf.KEPT, last, PAGE);
      for (BlobName name : page) {
        quota.count(store, name);
        last = Optional.of(name);
      }
    } while (page.size() == PAGE);
    return quota;
  }

  @Override
  public Outcome reserve(AccountId account, BlobName name, long bytes) {
    boolean[] granted = {false};
    taken.compute(
        account,
        (_, before) -> {
          Map<BlobName, Long> held = before == null ? new HashMap<>() : before;
          long used = held.values().stream().mapToLong(Long::longValue).sum();
          granted[0] = held.containsKey(name) || bytes <= limit - used;
          if (granted[0]) {
            held.putIfAbsent(name, bytes);
          }
          return held.isEmpty() ? null : held;
        });
    return granted[0] ? new Outcome.Reserved() : new Outcome.NoRoom(limit);
  }

  @Override
  public void release(AccountId account, BlobName name) {
    taken.computeIfPresent(
        account,
        (_, held) -> {
          held.remove(name);
          return held.isEmpty() ? null : held;
        });
  }

  private void count(BlobStore store, BlobName name) throws IOException {
    Optional<BlobStore.Content> content = store.open(name);
    if (content.isPresent()) {
      try (BlobStore.Content open = content.get()) {
        BlobRecord record = open.record();
        record
            .owner()
            .ifPresent(owner ->
                taken.computeIfAbsent(owner, _ -> new HashMap<>()).put(name, record.size()));
      }
    }
  }
}
