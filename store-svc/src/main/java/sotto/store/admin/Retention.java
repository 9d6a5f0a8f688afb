package sotto.store.admin;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import sotto.chain.AccountId;

/// Goes through all buckets that a store owns at once, beside the store's own chores, which go
/// through them over a day. One run at a time; thread-safe.
public final class Retention {
  private final IntPredicate owned;
  private final Work sweep;
  private final Work cool;
  private final AtomicBoolean running = new AtomicBoolean();

  /// What is done to a bucket.
  @FunctionalInterface
  public interface Work {
    /// Does it, if the bucket is still this store's.
    ///
    /// @return how much there was to do
    int on(int bucket);
  }

  /// How far a run is.
  ///
  /// @param done buckets gone through
  /// @param buckets that there are
  /// @param expired envelopes that went
  /// @param cooled steps of moves to the cold tier
  record Progress(int done, int buckets, long expired, long cooled) {}

  /// Does not run.
  ///
  /// @param owned whether a bucket is this store's
  /// @param sweep expires what has outlived its time
  /// @param cool moves what is old to the cold tier
  public Retention(IntPredicate owned, Work sweep, Work cool) {
    this.owned = owned;
    this.sweep = sweep;
    this.cool = cool;
  }

  /// Runs on this thread.
  ///
  /// @param told of the progress after each bucket
  /// @param stopped whether nobody wants it any more
  /// @return false, and nothing done, if a run is under way
  boolean run(Consumer<Progress> told, BooleanSupplier stopped) {
    if (!running.compareAndSet(false, true)) {
      return false;
    }
    try {
      run(mine(), told, stopped);
      return true;
    } finally {
      running.set(false);
    }
  }

  private void run(List<Integer> buckets, Consumer<Progress> told, BooleanSupplier stopped) {
    var at = new Progress(0, buckets.size(), 0, 0);
    told.accept(at);
    for (int bucket : buckets) {
      if (stopped.getAsBoolean()) {
        return;
      }
      at =
          new Progress(
              at.done + 1, at.buckets, at.expired + sweep.on(bucket), at.cooled + cool.on(bucket));
      told.accept(at);
    }
  }

  private List<Integer> mine() {
    return IntStream.range(0, AccountId.BUCKETS).filter(owned).boxed().toList();
  }
}
