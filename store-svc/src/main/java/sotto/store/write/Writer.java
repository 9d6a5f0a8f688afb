package sotto.store.write;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sotto.mesh.CrashPoint;
import sotto.store.sql.Failure;
import sotto.store.sql.Session;
import sotto.store.sql.ShardMap;
import sotto.store.sql.StorageException;

/// A queue of jobs and a connection: the only one that writes to its share of the buckets. Who
/// makes it work is its [Pace]; one thread at a time.
///
/// What queues while one transaction commits is the next one (group commit). When a transaction
/// fails because of one job, its halves are tried again, so that in the end only that job fails;
/// when the storage fails, all of them do, and the writer goes on when the storage does. A commit
/// of unknown outcome makes its buckets unsure: nothing is written to them before they are taken
/// over anew (protocol B5).
public final class Writer {
  private static final Logger LOG = LoggerFactory.getLogger(Writer.class);
  private static final long MEND_MILLIS = 500;
  private static final int TRIES = 4;

  /// What happened to one try.
  private enum Try {
    COMMITTED,
    REFUSED,
    STORAGE_FULL,
    STORAGE_DOWN,
    /// Nothing is stored; the same may pass at once.
    UNDONE,
    /// As before, and the buckets do not lie together.
    SPLIT,
    /// The connection was gone before the transaction began.
    NOT_BEGUN
  }

  private final String name;
  private final WriterSettings settings;
  private final Set<Integer> share;
  private final Ownership ownership;
  private final AccountCache cache;
  private final GroupCache groups;
  private final JobQueue queue = new JobQueue();
  // The rest belongs to whoever makes it work.
  private Optional<Session> session;
  private boolean failing;

  private Writer(
      String name,
      WriterSettings settings,
      Set<Integer> share,
      AccountCache cache,
      GroupCache groups,
      Session session) {
    this.name = name;
    this.settings = settings;
    this.share = share;
    this.ownership = settings.ownership();
    this.cache = cache;
    this.groups = groups;
    this.session = Optional.of(session);
  }

  /// Takes the buckets of a share over; writes to them when it is made to work.
  ///
  /// @param session takes it over
  static Writer open(
      String name,
      WriterSettings settings,
      Set<Integer> share,
      AccountCache cache,
      GroupCache groups,
      Session session)
      throws SQLException {
    settings.ownership().begin(session, share);
    return new Writer(name, settings, share, cache, groups, session);
  }

  /// What it is called.
  String name() {
    return name;
  }

  /// The states of the accounts it writes to.
  AccountCache cache() {
    return cache;
  }

  /// Queues a job; see [JobQueue#offer].
  void submit(Job job) {
    job.queued(settings.pace());
    queue.offer(job);
  }

  /// Whether it is shut and has nothing left to do but to leave.
  boolean isOver() {
    return queue.isOver();
  }

  /// Waits for jobs and does them.
  void work() throws InterruptedException {
    turn(queue.take(ownership.inDoubt() ? MEND_MILLIS : 0));
  }

  /// Does the jobs that have queued, as many as one turn takes.
  ///
  /// @return whether there were any
  boolean step() {
    List<Job> jobs = queue.poll();
    turn(jobs);
    return !jobs.isEmpty();
  }

  private void turn(List<Job> jobs) {
    if (jobs.isEmpty()) {
      mend();
      return;
    }
    if (ownership.shardsAreOld()) {
      readShards();
    }
    work(jobs);
    jobs.forEach(Job::flush);
  }

  /// Takes no more jobs; what waits is still to be done.
  void shut() {
    queue.close(nothing());
  }

  /// Turns away what came too late, when its work has ended.
  void turnAwayRest() {
    queue.turnAwayRest();
  }

  private Job nothing() {
    return new Call<>(share.iterator().next(), 0, _ -> true);
  }

  /// Gives the share back, so that others need not wait for it, and closes the connection.
  void leave() {
    session.ifPresent(this::leave);
    session = Optional.empty();
  }

  private void leave(Session s) {
    try {
      ownership.release(s, share);
    } catch (SQLException e) {
      LOG.warn("could not give the accounts back; {}", StorageException.codes(e));
    }
    closeQuietly(s);
  }

  /// Ends doubts also when nobody writes: readers wait for that.
  private void mend() {
    if (!ownership.inDoubt()) {
      return;
    }
    try {
      var _ = ready();
    } catch (SQLException e) {
      failed(e);
    }
  }

  /// Cuts the jobs into transactions: each on one shard; those without a bucket have one each.
  /// Errands come last.
  private void work(List<Job> jobs) {
    Map<Integer, List<Job>> together = new TreeMap<>();
    List<Errand> errands = new ArrayList<>();
    ShardMap shards = ownership.shards();
    for (Job job : jobs) {
      if (job instanceof Errand errand) {
        errands.add(errand);
      } else if (job.bucket() == Job.NO_BUCKET) {
        workTogether(List.of(job));
      } else {
        together.computeIfAbsent(shards.shardOf(job.bucket()), _ -> new ArrayList<>()).add(job);
      }
    }
    together.values().forEach(this::workTogether);
    errands.forEach(this::run);
  }

  private void run(Errand errand) {
    Session s;
    try {
      s = ready();
    } catch (SQLException e) {
      var _ = notBegun(e);
      again(List.of(errand), Fate.Why.BUSY);
      return;
    }
    try {
      errand.run(s);
      forget(errand.buckets());
      errand.finish(new Fate.Committed(0));
    } catch (SQLException e) {
      // A part may be done, and nobody knows of the rest.
      ownership.doubt(errand.buckets());
      var _ = notBegun(e);
      again(List.of(errand), Fate.Why.BUSY);
    }
  }

  /// Has buckets of its share given to another owner.
  Errand handOver(Set<Integer> buckets, String to) {
    return new Errand(buckets, s -> ownership.handOver(s, buckets, to));
  }

  /// Has all buckets of its share given back.
  Errand release() {
    return new Errand(share, s -> ownership.release(s, share));
  }

  private void workTogether(List<Job> jobs) {
    Try outcome = attempt(jobs);
    for (int tries = 1; tries < TRIES && isPassing(outcome); tries++) {
      if (outcome == Try.SPLIT) {
        readShards();
        if (areApart(jobs)) {
          work(jobs);
          return;
        }
      }
      outcome = attempt(jobs);
    }
    switch (outcome) {
      case COMMITTED -> {}
      case STORAGE_FULL -> again(jobs, Fate.Why.FULL);
      case STORAGE_DOWN, UNDONE, SPLIT, NOT_BEGUN -> again(jobs, Fate.Why.BUSY);
      case REFUSED -> {
        if (jobs.size() == 1) {
          again(jobs, Fate.Why.BROKEN);
        } else {
          int half = jobs.size() / 2;
          workTogether(jobs.subList(0, half));
          workTogether(jobs.subList(half, jobs.size()));
        }
      }
    }
  }

  private static boolean isPassing(Try outcome) {
    return outcome == Try.UNDONE || outcome == Try.SPLIT || outcome == Try.NOT_BEGUN;
  }

  private boolean areApart(List<Job> jobs) {
    ShardMap shards = ownership.shards();
    return jobs.stream()
            .filter(job -> job.bucket() != Job.NO_BUCKET)
            .mapToInt(job -> shards.shardOf(job.bucket()))
            .distinct()
            .count()
        > 1;
  }

  private void readShards() {
    try {
      ownership.readShards(ready());
    } catch (SQLException e) {
      var _ = notBegun(e);
    }
  }

  private static void again(List<Job> jobs, Fate.Why why) {
    jobs.forEach(job -> job.finish(new Fate.Again(why)));
  }

  private Try attempt(List<Job> jobs) {
    Set<Integer> buckets = new TreeSet<>();
    jobs.forEach(job -> buckets.add(job.bucket()));
    buckets.remove(Job.NO_BUCKET);
    Map<Integer, Ownership.Standing> standings;
    Session s;
    try {
      s = ready();
      standings = new HashMap<>(ownership.acquire(s, buckets));
    } catch (SQLException e) {
      return notBegun(e);
    }
    buckets.removeAll(standings.keySet());
    if (buckets.isEmpty() && !standings.isEmpty()) {
      tell(jobs, standings);
      return Try.COMMITTED;
    }
    return transaction(s, jobs, buckets, standings);
  }

  /// A server ends connections that are silent for long; that is found out only here.
  private Try notBegun(SQLException e) {
    if (session.isPresent() && settings.dialect().classify(e) == Failure.LOST) {
      closeQuietly(session.get());
      session = Optional.empty();
      return Try.NOT_BEGUN;
    }
    session.ifPresent(this::rollback);
    return failed(e);
  }

  /// A session on which nothing is in doubt.
  private Session ready() throws SQLException {
    Session s = session.isPresent() ? session.get() : reopen();
    try {
      Set<Integer> doubtful = ownership.retake(s, share);
      if (!doubtful.isEmpty()) {
        forget(doubtful);
        LOG.warn("took {} buckets over anew that were in doubt", doubtful.size());
      }
      return s;
    } catch (SQLException e) {
      rollback(s);
      throw e;
    }
  }

  private void forget(Set<Integer> buckets) {
    cache.dropBuckets(buckets);
    groups.dropBuckets(buckets);
  }

  private Session reopen() throws SQLException {
    Session opened = new Session(settings.dialect().openWriter(), settings.dialect());
    session = Optional.of(opened);
    return opened;
  }

  /// @param standings of other buckets; takes those of these
  private Try transaction(
      Session s, List<Job> jobs, Set<Integer> buckets, Map<Integer, Ownership.Standing> standings) {
    long begin = settings.time().nanos();
    try {
      s.begin();
      standings.putAll(ownership.fence(s, buckets));
    } catch (SQLException e) {
      return notBegun(e);
    }
    long now = settings.clock().millis();
    InboxRows rows =
        new InboxRows(s, settings.dialect(), ownership, now, settings.life().toMillis());
    Batch batch =
        new Batch(s, settings.dialect(), ownership, cache, groups, rows, epochs(standings));
    try {
      List<Job> ours =
          jobs.stream()
              .filter(job ->
                  job.bucket() == Job.NO_BUCKET
                      || standings.get(job.bucket()) instanceof Ownership.Owned)
              .toList();
      batch.prepare(ours);
      for (Job job : ours) {
        job.apply(batch);
      }
      batch.flush();
    } catch (SQLException e) {
      batch.undone();
      if (s.answered() == 0) {
        // Without a bucket there is no fence, which would have found that out.
        return notBegun(e);
      }
      rollback(s);
      return failed(e);
    } catch (RuntimeException e) {
      batch.undone();
      rollback(s);
      return broken(e, jobs.size());
    }
    try {
      s.commit();
    } catch (SQLException e) {
      batch.undone();
      ownership.doubt(buckets);
      rollback(s);
      return failed(e) == Try.STORAGE_FULL ? Try.STORAGE_FULL : Try.STORAGE_DOWN;
    }
    if (rows.stored() > 0) {
      CrashPoint.at("after-store");
    }
    batch.committed();
    settings
        .metrics()
        .committed(jobs.size(), rows.stored(), s.answered(), settings.time().nanos() - begin);
    recovered();
    tell(jobs, standings);
    return Try.COMMITTED;
  }

  private static Map<Integer, Long> epochs(Map<Integer, Ownership.Standing> standings) {
    Map<Integer, Long> epochs = new HashMap<>();
    standings.forEach((bucket, standing) -> {
      if (standing instanceof Ownership.Owned(long epoch)) {
        epochs.put(bucket, epoch);
      }
    });
    return epochs;
  }

  private void tell(List<Job> jobs, Map<Integer, Ownership.Standing> standings) {
    Set<Integer> lost =
        standings.entrySet().stream()
            .filter(e -> e.getValue() instanceof Ownership.Moved)
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
    if (!lost.isEmpty()) {
      forget(lost);
      standings.forEach((bucket, standing) -> {
        if (standing instanceof Ownership.Moved) {
          ownership.lost(bucket);
        }
      });
    }
    for (Job job : jobs) {
      if (job.bucket() == Job.NO_BUCKET) {
        job.finish(new Fate.Committed(0));
      } else {
        job.finish(
            switch (standings.get(job.bucket())) {
              case Ownership.Owned(long epoch) -> new Fate.Committed(epoch);
              case Ownership.Moved(String owner) -> new Fate.Moved(owner);
              case null, default -> new Fate.Again(Fate.Why.BUSY);
            });
      }
    }
  }

  private Try failed(SQLException e) {
    settings.metrics().failed();
    Failure failure = settings.dialect().classify(e);
    if (failure == Failure.LOST) {
      session.ifPresent(Writer::closeQuietly);
      session = Optional.empty();
    }
    if (!failing && !failure.passesAtOnce()) {
      failing = failure.spreads();
      LOG.error("cannot write: {}; {}", failure, StorageException.codes(e));
    }
    return switch (failure) {
      case FULL -> Try.STORAGE_FULL;
      case DOWN, LOST -> Try.STORAGE_DOWN;
      case UNDONE -> Try.UNDONE;
      case SPLIT -> Try.SPLIT;
      case REFUSED -> Try.REFUSED;
    };
  }

  private Try broken(RuntimeException e, int jobs) {
    settings.metrics().failed();
    if (jobs == 1) {
      StackTraceElement[] trace = e.getStackTrace();
      LOG.error(
          "a job failed: {} at {}", e.getClass().getName(), trace.length == 0 ? "" : trace[0]);
    }
    return Try.REFUSED;
  }

  private void recovered() {
    if (failing) {
      failing = false;
      LOG.info("writes work again");
    }
  }

  private void rollback(Session s) {
    try {
      s.rollback();
    } catch (SQLException e) {
      // Some errors end the transaction by themselves; a new connection knows for sure.
      if (!failing) {
        LOG.warn("rollback failed, opening the database again; {}", StorageException.codes(e));
      }
      closeQuietly(s);
      session = Optional.empty();
    }
  }

  private static void closeQuietly(Session s) {
    try {
      s.close();
    } catch (SQLException e) {
      LOG.warn("closing failed; {}", StorageException.codes(e));
    }
  }
}
