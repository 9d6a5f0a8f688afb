package sotto.blob;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import sotto.chain.AccountId;

/// The same quota for every account, counted in memory from what the store keeps.
final class CountedQuota implements KeptQuota {
  private static final int PAGE = 1_000;

  private final long limit;
  private final ConcurrentMap<AccountId, Long> taken = new ConcurrentHashMap<>();

  /// @param limit bytes for each account
  CountedQuota(long limit) {
    this.limit = limit;
  }

  /// Counts what a store keeps already.
  static CountedQuota of(BlobStore store, long limit) throws IOException {
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
  public boolean take(AccountId account, long bytes) {
    boolean[] granted = {false};
    taken.compute(
        account,
        (_, before) -> {
          long had = before == null ? 0 : before;
          granted[0] = bytes <= limit - had;
          return granted[0] ? Long.valueOf(had + bytes) : before;
        });
    return granted[0];
  }

  @Override
  public void giveBack(AccountId account, long bytes) {
    taken.computeIfPresent(account, (_, had) -> had > bytes ? Long.valueOf(had - bytes) : null);
  }

  private void count(BlobStore store, BlobName name) throws IOException {
    Optional<BlobStore.Content> content = store.open(name);
    if (content.isPresent()) {
      try (BlobStore.Content open = content.get()) {
        BlobRecord record = open.record();
        record.owner().ifPresent(owner -> taken.merge(owner, record.size(), Long::sum));
      }
    }
  }
}
