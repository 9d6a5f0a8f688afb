package sotto.store.write;

import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import sotto.chain.AccountId;

/// A job whose caller waits for its result.
///
/// @param <R> the result
public final class Call<R> implements Job {
  private static final long WAIT_SECONDS = 30;

  /// The work of a call.
  ///
  /// @param <R> its result
  @FunctionalInterface
  public interface Work<R> {
    /// Does it; see [Job#apply].
    R apply(Batch batch) throws SQLException;
  }

  /// What a call came to.
  ///
  /// @param <R> the result
  public sealed interface Written<R> {}

  /// It is durable.
  ///
  /// @param value its result
  public record Done<R>(R value) implements Written<R> {}

  /// It is not, or is not known to be.
  ///
  /// @param fate [Fate.Moved] or [Fate.Again]
  public record NotDone<R>(Fate fate) implements Written<R> {}

  private final int bucket;
  private final Optional<AccountId> account;
  private final long bytes;
  private final Work<R> work;
  private final CountDownLatch over = new CountDownLatch(1);
  // Written by the writer's thread before the latch opens.
  private @Nullable R result;
  private volatile Fate fate = new Fate.Again(Fate.Why.BUSY);
  private volatile Pace pace = Pace.threads();

  /// Work in a bucket, or in a transaction of its own with [Job#NO_BUCKET].
  public Call(int bucket, long bytes, Work<R> work) {
    this(bucket, Optional.empty(), bytes, work);
  }

  /// Work that needs the state of an account, in its bucket.
  public Call(AccountId account, long bytes, Work<R> work) {
    this(account.bucket(), Optional.of(account), bytes, work);
  }

  private Call(int bucket, Optional<AccountId> account, long bytes, Work<R> work) {
    this.bucket = bucket;
    this.account = account;
    this.bytes = bytes;
    this.work = work;
  }

  @Override
  public Optional<AccountId> account() {
    return account;
  }

  @Override
  public int bucket() {
    return bucket;
  }

  @Override
  public long bytes() {
    return bytes;
  }

  @Override
  public void apply(Batch batch) throws SQLException {
    result = work.apply(batch);
  }

  @Override
  public void finish(Fate fate) {
    this.fate = fate;
    over.countDown();
  }

  @Override
  public void queued(Pace of) {
    pace = of;
  }

  /// Whether it has heard its fate.
  public boolean isOver() {
    return over.getCount() == 0;
  }

  /// Waits for its fate up to thirty seconds; another thread must bring it.
  void awaitFate() throws InterruptedException {
    var _ = over.await(WAIT_SECONDS, TimeUnit.SECONDS);
  }

  /// Waits for its fate at its writer's pace, up to thirty seconds.
  public Written<R> await() {
    try {
      pace.await(this);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!isOver()) {
      return new NotDone<>(new Fate.Again(Fate.Why.BUSY));
    }
    Optional<R> value = Optional.ofNullable(result);
    return fate instanceof Fate.Committed && value.isPresent()
        ? new Done<>(value.get())
        : new NotDone<>(fate);
  }
}
