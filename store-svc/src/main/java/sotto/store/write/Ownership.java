package sotto.store.write;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sotto.chain.AccountId;
import sotto.mesh.MonotonicClock;
import sotto.store.sql.Dialect;
import sotto.store.sql.Placeholders;
import sotto.store.sql.Schema;
import sotto.store.sql.Session;
import sotto.store.sql.ShardMap;

/// The buckets that this process owns, under one name for its lifetime (protocol B1 to B3).
///
/// # Standing of a bucket
///
/// ```
/// FOREIGN -> OWNED    taken over: its row was free, was left by an earlier start of this pod, was
///                     handed to this owner, or names one that does not answer and took it more
///                     than ten seconds ago
/// OWNED   -> UNSURE   a commit of unknown outcome (protocol B5), or a row that names this owner in
///                     a later epoch
/// UNSURE  -> OWNED    taken over anew, in a new epoch, once the old transaction is over
/// OWNED, UNSURE -> FOREIGN   its row names another owner, or an epoch not known here
/// OWNED   -> FOREIGN  handed to another owner, or given back when this one leaves
/// ```
///
/// A row that was handed over and not taken since has the time of that as a negative number: it
/// names an owner without that owner's doing.
///
/// A takeover locks the row and leaves it out when another has it locked: nobody waits for a frozen
/// owner, whose lock the database ends (see [sotto.store.sql.MySqlDialect]).
///
/// When a row was taken by a start of the same pod that did not stand in any row at the start, this
/// process has been replaced: it takes nothing over any more. An owner that leaves does not either.
///
/// Positions are given by the writer of the bucket alone; the rest is safe for many threads.
public final class Ownership {
  /// The bits of a position below its epoch.
  public static final int EPOCH_SHIFT = 40;

  /// How long an owner keeps a bucket even if it does not answer.
  static final Duration GRACE = Duration.ofSeconds(10);

  private static final long SHARDS_AGE_NANOS = Duration.ofSeconds(30).toNanos();
  private static final Logger LOG = LoggerFactory.getLogger(Ownership.class);

  /// What a bucket's row says.
  public sealed interface Standing {}

  /// It is ours.
  ///
  /// @param epoch its epoch
  public record Owned(long epoch) implements Standing {}

  /// It is another's.
  ///
  /// @param owner empty = nobody's
  public record Moved(String owner) implements Standing {}

  /// Its row is locked or gone, or says an epoch not known here: not now.
  public record Unsure() implements Standing {}

  /// How a bucket comes and goes.
  public enum Move {
    /// Taken over.
    TAKEN,
    /// Handed to another owner or given back.
    GIVEN,
    /// Found to be another's.
    LOST
  }

  private static final class Bucket {
    long given; // positions given in this epoch; the writer's
    volatile long epoch; // 0 = foreign
    volatile long committed; // the last position committed, or epoch << 40
    volatile boolean forgot; // whether a device of it was forgotten in this epoch
    volatile boolean unsure;
    volatile long takenAtNanos;
  }

  /// @param takenAt by this owner or when it was handed to it, milliseconds since 1970
  /// @param handed whether it was handed to it and not taken since
  private record BucketRow(int bucket, String owner, long epoch, long takenAt, boolean handed) {}

  private final OwnerName self;
  private final String selfText;
  private final Peers peers;
  private final Dialect dialect;
  private final Clock clock;
  private final MonotonicClock time;
  private final Bucket[] buckets = new Bucket[AccountId.BUCKETS];
  // Whether any bucket may be unsure; written under this.
  private volatile boolean inDoubt;
  private volatile boolean replaced;
  private volatile boolean leaving;
  // Earlier starts of this pod.
  private final Set<String> predecessors = ConcurrentHashMap.newKeySet();
  private volatile ShardMap shards = ShardMap.ONE;
  private volatile long shardsReadAt;
  private final Map<Move, LongAdder> moves = new EnumMap<>(Move.class);

  /// An owner of nothing yet.
  ///
  /// @param self unique to this process start
  /// @param peers what is known of the others
  /// @param clock what the rows say is by this
  /// @param time measures how old what was read is
  public Ownership(OwnerName self, Peers peers, Dialect dialect, Clock clock, MonotonicClock time) {
    this.self = self;
    this.selfText = self.toString();
    this.peers = peers;
    this.dialect = dialect;
    this.clock = clock;
    this.time = time;
    this.shardsReadAt = time.nanos();
    for (int i = 0; i < buckets.length; i++) {
      buckets[i] = new Bucket();
    }
    for (Move move : Move.values()) {
      moves.put(move, new LongAdder());
    }
  }

  /// The name in the rows of the buckets owned.
  public String self() {
    return selfText;
  }

  /// Which buckets lie together, as last read.
  public ShardMap shards() {
    return shards;
  }

  /// Reads anew which buckets lie together.
  void readShards(Session session) throws SQLException {
    ShardMap read = dialect.shards(session);
    if (!read.equals(shards)) {
      LOG.info("the database has {} shards", read.firstBuckets().size());
    }
    shards = read;
    shardsReadAt = time.nanos();
  }

  /// Whether that was read more than thirty seconds ago.
  boolean shardsAreOld() {
    return time.nanos() - shardsReadAt > SHARDS_AGE_NANOS;
  }

  /// How many buckets are ours.
  public int size() {
    return (int) Arrays.stream(buckets).filter(b -> b.epoch != 0).count();
  }

  /// How many buckets have come or gone so since the start.
  public long moves(Move move) {
    return of(move).sum();
  }

  private LongAdder of(Move move) {
    return Objects.requireNonNull(moves.get(move));
  }

  /// Whether the bucket was ours when last looked at.
  public boolean has(int bucket) {
    return buckets[bucket].epoch != 0 && !buckets[bucket].unsure;
  }

  /// Takes over what earlier starts of this pod had; everything, where nobody else can write.
  ///
  /// @return how many buckets are ours now
  int begin(Session session, Collection<Integer> share) throws SQLException {
    List<Integer> mine = new ArrayList<>();
    String pod = self.pod() + "/";
    for (List<Integer> group : shards.groups(share)) {
      if (dialect.hasOneOwner()) {
        mine.addAll(group);
        continue;
      }
      session.begin();
      List<BucketRow> rows =
          rows(session, group, " AND SUBSTR(owner, 1, ?) = ?", pod.length(), pod);
      session.commit();
      for (BucketRow row : rows) {
        // The database may find more alike than there is.
        if (self.isPodOf(row.owner) && !row.owner.equals(selfText)) {
          predecessors.add(row.owner);
          mine.add(row.bucket);
        }
      }
    }
    take(session, mine, row -> dialect.hasOneOwner() || predecessors.contains(row.owner));
    return (int) share.stream().filter(this::has).count();
  }

  /// Takes over what is wanted of this owner and not its own yet, where the rules allow it.
  ///
  /// @return what the buckets are that are still not ours
  Map<Integer, Standing> acquire(Session session, Collection<Integer> wanted) throws SQLException {
    Set<Integer> foreign = new TreeSet<>(wanted);
    foreign.removeIf(b -> buckets[b].epoch != 0);
    if (foreign.isEmpty()) {
      return Map.of();
    }
    Map<Integer, Standing> others = new HashMap<>();
    foreign.forEach(b -> others.put(b, new Unsure()));
    List<Integer> mayTake = new ArrayList<>();
    for (List<Integer> group : shards.groups(foreign)) {
      session.begin();
      List<BucketRow> rows = rows(session, group, "");
      session.commit();
      for (BucketRow row : rows) {
        if (mayTake(row)) {
          mayTake.add(row.bucket);
        } else {
          others.put(row.bucket, standing(row));
        }
      }
    }
    take(session, mayTake, this::mayTake);
    others.keySet().removeIf(b -> buckets[b].epoch != 0);
    return others;
  }

  private Standing standing(BucketRow row) {
    if (row.owner.isEmpty() || row.owner.equals(selfText)) {
      return new Moved("");
    }
    return peers.pulse(row.owner) == Peers.Pulse.ASKED ? new Unsure() : new Moved(row.owner);
  }

  private boolean mayTake(BucketRow row) {
    if (replaced || leaving) {
      return false;
    }
    if (row.owner.isEmpty() || row.owner.equals(selfText) || predecessors.contains(row.owner)) {
      return true;
    }
    if (isSuccessor(row)) {
      return false;
    }
    return peers.pulse(row.owner) == Peers.Pulse.SILENT
        && clock.millis() - row.takenAt >= GRACE.toMillis();
  }

  private boolean isSuccessor(BucketRow row) {
    boolean successor =
        self.isPodOf(row.owner)
            && !row.owner.equals(selfText)
            && !row.handed
            && !predecessors.contains(row.owner);
    if (successor && !replaced) {
      replaced = true;
      LOG.error("another process has started as {}: this one takes no more accounts", self.pod());
    }
    return successor;
  }

  private void take(Session session, Collection<Integer> wanted, Predicate<BucketRow> may)
      throws SQLException {
    for (List<Integer> group : shards.groups(wanted)) {
      takeGroup(session, group, may);
    }
  }

  private void takeGroup(Session session, List<Integer> group, Predicate<BucketRow> may)
      throws SQLException {
    session.begin();
    List<BucketRow> free = rows(session, group, dialect.forUpdate()).stream().filter(may).toList();
    if (!free.isEmpty()) {
      List<Object> arguments = new ArrayList<>(List.of(selfText, clock.millis()));
      arguments.addAll(Placeholders.fill(keys(free.stream().map(BucketRow::bucket).toList())));
      session.update(
          "UPDATE bucket SET owner = ?, epoch = epoch + 1, taken_at = ? WHERE prefix IN "
              + Placeholders.in(free.size()),
          arguments.toArray());
    }
    session.commit();
    free.forEach(row -> begin(row.bucket, row.epoch + 1));
  }

  private void begin(int taken, long epoch) {
    Bucket bucket = buckets[taken];
    bucket.given = 0;
    bucket.committed = epoch << EPOCH_SHIFT;
    bucket.forgot = false;
    bucket.takenAtNanos = time.nanos();
    bucket.epoch = epoch;
    bucket.unsure = false;
    of(Move.TAKEN).increment();
  }

  /// Takes over anew what became unsure and whose old transaction is over, unless another has it by
  /// now.
  ///
  /// @return the buckets that were unsure and are not any more
  Set<Integer> retake(Session session, Set<Integer> share) throws SQLException {
    if (!inDoubt) {
      return Set.of();
    }
    Set<Integer> unsure = new TreeSet<>(share);
    unsure.removeIf(b -> !buckets[b].unsure);
    for (List<Integer> group : shards.groups(unsure)) {
      session.begin();
      List<BucketRow> rows = rows(session, group, "");
      session.commit();
      List<Integer> ours = new ArrayList<>();
      for (BucketRow row : rows) {
        if (row.owner.equals(selfText)) {
          ours.add(row.bucket);
        } else {
          var _ = isSuccessor(row);
          lost(row.bucket);
        }
      }
      takeGroup(session, ours, row -> row.owner.equals(selfText));
    }
    unsure.removeIf(b -> buckets[b].unsure);
    weigh();
    return unsure;
  }

  private synchronized void weigh() {
    inDoubt = Arrays.stream(buckets).anyMatch(b -> b.unsure);
  }

  /// Marks buckets whose last commit may or may not have happened, or that are ours in an epoch not
  /// known here.
  synchronized void doubt(Collection<Integer> doubtful) {
    doubtful.stream().filter(b -> buckets[b].epoch != 0).forEach(b -> buckets[b].unsure = true);
    inDoubt = true;
  }

  /// Whether any bucket is unsure.
  boolean inDoubt() {
    return inDoubt;
  }

  /// Notes that a bucket has another owner.
  void lost(int bucket) {
    if (buckets[bucket].epoch != 0) {
      of(Move.LOST).increment();
    }
    forget(bucket);
  }

  private void given(int bucket) {
    of(Move.GIVEN).increment();
    forget(bucket);
  }

  private void forget(int bucket) {
    buckets[bucket].forgot = true;
    buckets[bucket].unsure = false;
    buckets[bucket].epoch = 0;
  }

  /// From now on nothing is taken over.
  void leave() {
    leaving = true;
  }

  /// Whether it takes nothing over any more because it is going to end.
  public boolean isLeaving() {
    return leaving;
  }

  /// Whether the bucket is surely ours, and has been for more than ten seconds.
  public boolean mayGive(int bucket) {
    return has(bucket)
        && !leaving
        && !replaced
        && time.nanos() - buckets[bucket].takenAtNanos >= GRACE.toNanos();
  }

  /// Gives what is surely ours to another owner, in a new epoch.
  ///
  /// @param to its full name
  void handOver(Session session, Collection<Integer> wanted, String to) throws SQLException {
    List<Integer> sure = wanted.stream().filter(this::has).toList();
    for (List<Integer> group : shards.groups(sure)) {
      session.begin();
      List<Integer> ours =
          rows(session, group, dialect.forUpdate()).stream()
              .filter(row -> row.owner.equals(selfText) && row.epoch == buckets[row.bucket].epoch)
              .map(BucketRow::bucket)
              .toList();
      if (!ours.isEmpty()) {
        List<Object> arguments = new ArrayList<>(List.of(to, -clock.millis()));
        arguments.addAll(Placeholders.fill(keys(ours)));
        session.update(
            "UPDATE bucket SET owner = ?, epoch = epoch + 1, taken_at = ? WHERE prefix IN "
                + Placeholders.in(ours.size()),
            arguments.toArray());
      }
      session.commit();
      ours.forEach(this::given);
    }
  }

  /// Gives back what is owned: others may take it at once.
  void release(Session session, Collection<Integer> share) throws SQLException {
    List<Integer> owned = share.stream().filter(b -> buckets[b].epoch != 0).toList();
    for (List<Integer> group : shards.groups(owned)) {
      session.begin();
      List<Object> arguments = new ArrayList<>(Placeholders.fill(keys(group)));
      arguments.add(selfText);
      session.update(
          "UPDATE bucket SET owner = '' WHERE prefix IN "
              + Placeholders.in(group.size())
              + " AND owner = ?",
          arguments.toArray());
      session.commit();
      group.forEach(this::given);
    }
  }

  /// Reads the rows of buckets of one shard in a transaction, locked against takeover until it ends
  /// (protocol B4).
  Map<Integer, Standing> fence(Session session, Collection<Integer> wanted) throws SQLException {
    return standings(session, wanted, dialect.forShare());
  }

  /// Reads the rows of buckets as they are just now (protocol B6).
  public Map<Integer, Standing> look(Session session, Collection<Integer> wanted)
      throws SQLException {
    return standings(session, wanted, "");
  }

  private Map<Integer, Standing> standings(Session session, Collection<Integer> wanted, String lock)
      throws SQLException {
    Map<Integer, Standing> standings = new HashMap<>();
    wanted.forEach(b -> standings.put(b, new Unsure()));
    for (BucketRow row : rows(session, wanted, lock)) {
      Bucket bucket = buckets[row.bucket];
      var _ = isSuccessor(row);
      standings.put(row.bucket, standing(row, bucket));
    }
    return standings;
  }

  /// A bucket that was lost and has come back unnoticed is *moved*, to this owner: it is taken over
  /// anew, and whoever asked asks again. Readers cannot do that: they leave it in doubt, and the
  /// claim before the next read has it done.
  private Standing standing(BucketRow row, Bucket bucket) {
    boolean ours = row.owner.equals(selfText);
    boolean known = ours && row.epoch == bucket.epoch;
    if (bucket.unsure && ours) {
      return new Unsure();
    }
    long last = bucket.epoch;
    if (ours && last != 0 && row.epoch > last) {
      doubt(Set.of(row.bucket));
    }
    return known ? new Owned(row.epoch) : new Moved(row.owner);
  }

  /// Whose a bucket is by its row.
  ///
  /// @param owner empty = nobody's
  /// @param epoch how often it was taken over
  public record Owner(int bucket, String owner, long epoch) {}

  /// Whose all buckets are just now, by bucket.
  public List<Owner> owners(Session session) throws SQLException {
    List<Owner> owners = new ArrayList<>();
    List<Integer> all = IntStream.range(0, AccountId.BUCKETS).boxed().toList();
    for (List<Integer> group : shards.groups(all)) {
      rows(session, group, "")
          .forEach(row -> owners.add(new Owner(row.bucket, row.owner, row.epoch)));
    }
    owners.sort(Comparator.comparingInt(Owner::bucket));
    return owners;
  }

  /// @param more what follows the condition on the buckets
  /// @param its arguments
  private List<BucketRow> rows(
      Session session, Collection<Integer> wanted, String more, Object... its) throws SQLException {
    if (wanted.isEmpty()) {
      return List.of();
    }
    List<byte[]> keys = keys(wanted.stream().sorted().toList());
    List<Object> arguments = new ArrayList<>(Placeholders.fill(keys));
    arguments.addAll(List.of(its));
    return session.list(
        "SELECT prefix, owner, epoch, taken_at FROM bucket WHERE prefix IN "
            + Placeholders.in(keys.size())
            + more,
        row ->
            new BucketRow(
                Schema.bucket(row.getBytes(1)),
                row.getString(2),
                row.getLong(3),
                Math.abs(row.getLong(4)),
                row.getLong(4) < 0),
        arguments.toArray());
  }

  private static List<byte[]> keys(Collection<Integer> wanted) {
    return wanted.stream().map(Schema::prefix).toList();
  }

  /// The bucket's next position.
  long next(int bucket) {
    Bucket b = buckets[bucket];
    b.given++;
    return (b.epoch << EPOCH_SHIFT) | b.given;
  }

  /// Notes that all positions given so far are committed or will never be.
  void settle(int bucket) {
    Bucket b = buckets[bucket];
    b.committed = (b.epoch << EPOCH_SHIFT) | b.given;
  }

  /// Notes that the owner no longer knows the last position of a device in the bucket.
  void forgets(int bucket) {
    buckets[bucket].forgot = true;
  }

  /// Where the chain of a device starts that the owner does not know (protocol P1).
  public long start(int bucket) {
    Bucket b = buckets[bucket];
    return b.forgot ? b.committed : b.epoch << EPOCH_SHIFT;
  }

  /// The last position of a device: of its state if the owner knows it.
  public long last(AccountCache cache, AccountId account, int device) {
    // The start is read first: what is forgotten in between only makes a hole, never hides one.
    long start = start(account.bucket());
    return cache
        .find(account)
        .flatMap(state -> Optional.ofNullable(state.devices().get(device)))
        .map(DeviceState::last)
        .orElse(start);
  }
}
