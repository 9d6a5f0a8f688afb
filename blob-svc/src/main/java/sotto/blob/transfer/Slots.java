package sotto.blob.transfer;

import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import sotto.chain.AccountId;
import sotto.proto.Statuses;

/// How many transfers an account has under way. Thread-safe.
final class Slots {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final int limit;
  private final ConcurrentMap<AccountId, Integer> taken = new ConcurrentHashMap<>();

  Slots(int limit) {
    this.limit = limit;
  }

  /// Takes a slot; [#release] it when the transfer is over.
  ///
  /// @throws StatusRuntimeException RATE_LIMITED when all are taken
  void take(AccountId account) {
    int held = taken.merge(account, 1, Integer::sum);
    if (held > limit) {
      release(account);
      throw Statuses.rateLimited(PATIENCE);
    }
  }

  void release(AccountId account) {
    taken.computeIfPresent(account, (_, held) -> held > 1 ? Integer.valueOf(held - 1) : null);
  }
}
