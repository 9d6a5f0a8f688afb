package sotto.store;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import sotto.store.write.WriteMetrics;

/// Counts transactions for operators, who read the counts without a collector, and passes them on.
/// Thread-safe.
final class CountedWrites implements WriteMetrics {
  private final WriteMetrics next;
  private final LongAdder stored = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private volatile boolean failing;

  CountedWrites(WriteMetrics next) {
    this.next = next;
  }

  @Override
  public void committed(int jobs, long envelopes, int statements, long nanos) {
    stored.add(envelopes);
    failing = false;
    next.committed(jobs, envelopes, statements, nanos);
  }

  @Override
  public void failed() {
    failures.increment();
    failing = true;
    next.failed();
  }

  /// Envelopes stored since the start.
  long envelopes() {
    return stored.sum();
  }

  /// Transactions that failed since the start.
  long failures() {
    return failures.sum();
  }

  /// What is wrong with the database, a sentence each.
  List<String> troubles() {
    return failing ? List.of("the last transaction failed: its log says why") : List.of();
  }
}
