package sotto.relay.edge;

import java.util.concurrent.atomic.AtomicInteger;

/// How many retries all calls together may make: each one costs one, each call that succeeds gives
/// back a tenth, as retry throttling of gRPC (proposal A6). While most calls fail hardly any is
/// retried, and a server that comes back is not met by all of them twice.
///
/// Thread-safe, without locks.
final class RetryBudget {
  private static final int RETRY = 10;
  private static final int SUCCESS = 1;

  private final int most;
  // In tenths.
  private final AtomicInteger left;

  /// A full budget.
  ///
  /// @param retries how many it holds at most, at least 1
  RetryBudget(int retries) {
    this.most = retries * RETRY;
    this.left = new AtomicInteger(most);
  }

  /// Takes one retry.
  ///
  /// @return false if none is left
  boolean take() {
    return left.getAndUpdate(n -> n >= RETRY ? n - RETRY : n) >= RETRY;
  }

  void succeeded() {
    if (left.get() < most) {
      left.updateAndGet(n -> Math.min(most, n + SUCCESS));
    }
  }
}
