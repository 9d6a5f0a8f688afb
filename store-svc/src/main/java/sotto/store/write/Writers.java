package sotto.store.write;

import io.grpc.StatusRuntimeException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import sotto.chain.AccountId;
import sotto.proto.Reason;
import sotto.proto.Statuses;
import sotto.store.sql.Dialect;
import sotto.store.sql.Session;

/// The writers of this owner. Each has a contiguous share of the buckets, so that on a sharded
/// database its transactions stay on one shard, and the rows of one bucket are in at most one open
/// transaction (protocol B5). Safe for many threads.
public final class Writers implements AutoCloseable {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  // Some 50 MB.
  private static final int GROUPS_WEIGHT = 500_000;

  private final Ownership ownership;
  private final List<Worker> all;
  private final AtomicInteger round = new AtomicInteger();

  private record Worker(Writer writer, Pace.Work work) {}

  private Writers(Ownership ownership, List<Worker> all) {
    this.ownership = ownership;
    this.all = all;
  }

  /// Takes over what is this pod's and starts the writers.
  ///
  /// @param first the first writer's session, taken over
  public static Writers start(Session first, WriterSettings settings) throws SQLException {
    Dialect dialect = settings.dialect();
    int count = dialect.writers();
    settings.ownership().readShards(first);
    List<Worker> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Session session = i == 0 ? first : new Session(dialect.openWriter(), dialect);
      AccountCache cache = new AccountCache(Math.max(1, settings.accounts() / count));
      GroupCache groups = new GroupCache(Math.max(1, GROUPS_WEIGHT / count));
      Writer writer =
          Writer.open("store-writer-" + i, settings, share(i, count), cache, groups, session);
      all.add(new Worker(writer, settings.pace().start(writer)));
    }
    return new Writers(settings.ownership(), all);
  }

  private static Set<Integer> share(int writer, int writers) {
    Set<Integer> share = new TreeSet<>();
    IntStream.range(0, AccountId.BUCKETS)
        .filter(bucket -> bucket * writers / AccountId.BUCKETS == writer)
        .forEach(share::add);
    return share;
  }

  /// Work without a bucket is in no order: it goes round.
  private Writer of(int bucket) {
    return bucket == Job.NO_BUCKET
        ? all.get(Math.floorMod(round.getAndIncrement(), all.size())).writer
        : all.get(bucket * all.size() / AccountId.BUCKETS).writer;
  }

  /// Queues a job with the writer of its bucket; waits up to two seconds when the queue is full.
  public void submit(Job job) {
    of(job.bucket()).submit(job);
  }

  /// Queues work and waits for its result.
  public <R> Call.Written<R> write(int bucket, long bytes, Call.Work<R> work) {
    Call<R> call = new Call<>(bucket, bytes, work);
    submit(call);
    return call.await();
  }

  /// Queues work and waits until its result is durable.
  ///
  /// @throws io.grpc.StatusRuntimeException if it is not, or is not known to be
  public <R> R commit(int bucket, long bytes, Call.Work<R> work) {
    Call<R> call = new Call<>(bucket, bytes, work);
    submit(call);
    return durable(call);
  }

  /// Waits until the result of work that is queued is durable.
  ///
  /// @throws io.grpc.StatusRuntimeException if it is not, or is not known to be
  public <R> R durable(Call<R> call) {
    return switch (call.await()) {
      case Call.Done<R>(R value) -> value;
      case Call.NotDone<R>(Fate fate) -> throw status(fate);
    };
  }

  private static StatusRuntimeException status(Fate fate) {
    return switch (fate) {
      case Fate.Moved(String owner) -> Statuses.moved(owner);
      case Fate.Again(Fate.Why why) ->
          switch (why) {
            case FULL -> Statuses.of(Reason.STORAGE_FULL, "the storage takes no more writes");
            case BUSY -> Statuses.unavailable("the storage does not answer", RETRY_AFTER);
            case BROKEN -> Statuses.of(Reason.INTERNAL, "the server failed; its log says more");
          };
      case Fate.Committed _ -> Statuses.of(Reason.INTERNAL, "a result is missing");
    };
  }

  /// Sees to it that a bucket is owned here, if it may be.
  public Call.Written<Boolean> claim(int bucket) {
    return ownership.has(bucket) ? new Call.Done<>(true) : write(bucket, 0, _ -> true);
  }

  /// The same for many, together; which ones are owned then is not said.
  public void claim(Collection<Integer> buckets) {
    List<Call<Boolean>> claims =
        buckets.stream()
            .filter(bucket -> !ownership.has(bucket))
            .map(bucket -> new Call<Boolean>(bucket, 0, _ -> true))
            .toList();
    claims.forEach(this::submit);
    claims.forEach(Call::await);
  }

  /// Gives buckets to another owner, once what has queued for them is done; from then on they are
  /// answered *moved*. Does not wait.
  ///
  /// @param to the other's full name
  /// @return what ends when that is done or has failed
  public List<Call<Boolean>> handOver(Collection<Integer> buckets, String to) {
    Map<Writer, Set<Integer>> shares = new LinkedHashMap<>();
    buckets.forEach(b -> shares.computeIfAbsent(of(b), _ -> new TreeSet<>()).add(b));
    List<Errand> errands = new ArrayList<>();
    shares.forEach((writer, share) -> errands.add(send(writer, writer.handOver(share, to))));
    return errands.stream().map(Errand::over).toList();
  }

  private static Errand send(Writer writer, Errand errand) {
    writer.submit(errand);
    return errand;
  }

  /// Gives all buckets back and takes none any more: from then on all are answered *moved*, to
  /// nobody if nobody has them yet. Waits until what has queued is done; up to thirty seconds.
  public void leave() {
    ownership.leave();
    List<Errand> errands = all.stream().map(Worker::writer).map(w -> send(w, w.release())).toList();
    errands.forEach(errand -> errand.over().await());
  }

  /// The buckets and their epochs.
  public Ownership ownership() {
    return ownership;
  }

  /// The last position of a device as its owner knows it (protocol P2).
  public long last(AccountId account, int device) {
    return ownership.last(of(account.bucket()).cache(), account, device);
  }

  /// Whether parts of a device's mailbox may lie in segments: false only if the owner knows that
  /// none do. To be asked behind the query for rows: what moved before that is then known.
  public boolean mayHaveCold(AccountId account, int device) {
    return of(account.bucket())
        .cache()
        .find(account)
        .map(state -> Optional.ofNullable(state.devices().get(device)))
        .map(found -> found.map(DeviceState::hasCold).orElse(false))
        .orElse(true);
  }

  /// Commits what is queued, gives the buckets back and closes the connections. Later jobs hear
  /// [Fate.Again].
  @Override
  public void close() {
    for (Worker worker : all) {
      worker.writer.shut();
      worker.work.end();
      worker.writer.turnAwayRest();
    }
  }
}
