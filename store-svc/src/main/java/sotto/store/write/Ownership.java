package sotto.store.write;

import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import sotto.chain.AccountId;
import sotto.store.sql.Dialect;
import sotto.store.sql.Placeholders;
import sotto.store.sql.Schema;
import sotto.store.sql.Session;

/// The buckets that this process owns, under one name for its lifetime (protocol B1, B2).
///
/// A bucket is *owned* when its row names this owner and the epoch known here, *moved* when it
/// names another, *unsure* after a commit of unknown outcome until it is taken over anew (protocol
/// B5). Positions are given by the writer of the bucket alone; the rest is safe for many threads.
public final class Ownership {
  /// The bits of a position below its epoch.
  public static final int EPOCH_SHIFT = 40;

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

  private static final class Bucket {
    long given; // positions given in this epoch; the writer's
    volatile long epoch;
    volatile long committed; // the last position committed, or epoch << 40
    volatile boolean forgot; // whether a device of it was forgotten in this epoch
    volatile boolean unsure;
  }

  private record BucketRow(int bucket, String owner, long epoch) {}

  private final String self;
  private final Dialect dialect;
  private final Clock clock;
  // Whether any bucket may be unsure; written under this.
  private volatile boolean inDoubt;
  private final Bucket[] buckets = new Bucket[AccountId.BUCKETS];

  /// An owner of nothing yet.
  ///
  /// @param self unique to this process start
  public Ownership(String self, Dialect dialect, Clock clock) {
    this.self = self;
    this.dialect = dialect;
    this.clock = clock;
    for (int i = 0; i < buckets.length; i++) {
      buckets[i] = new Bucket();
    }
  }

  /// The name in the rows of the buckets owned.
  public String self() {
    return self;
  }

  /// Takes buckets over, whoever has them, each by compare-and-set on its epoch.
  ///
  /// What is not owned afterwards was faster taken by another.
  public void take(Session session, Collection<Integer> wanted) throws SQLException {
    if (dialect.takesBucketsTogether()) {
      takeTogether(session, new TreeSet<>(wanted));
    } else {
      for (int bucket : new TreeSet<>(wanted)) {
        takeTogether(session, Set.of(bucket));
      }
    }
  }

  private void takeTogether(Session session, Set<Integer> wanted) throws SQLException {
    List<BucketRow> taken = new ArrayList<>();
    session.begin();
    for (BucketRow row : rows(session, wanted, "")) {
      int changed =
          session.update(
              "UPDATE bucket SET owner = ?, epoch = epoch + 1, taken_at = ?"
                  + " WHERE prefix = ? AND epoch = ?",
              self,
              clock.millis(),
              Schema.prefix(row.bucket),
              row.epoch);
      if (changed == 1) {
        taken.add(new BucketRow(row.bucket, self, row.epoch + 1));
      }
    }
    session.commit();
    taken.forEach(this::begin);
  }

  /// Takes over anew what became unsure, unless another has it by now.
  ///
  /// @return the buckets that were unsure
  Set<Integer> retake(Session session, Set<Integer> share) throws SQLException {
    if (!inDoubt) {
      return Set.of();
    }
    Set<Integer> unsure = new TreeSet<>(share);
    unsure.removeIf(b -> !buckets[b].unsure);
    if (!unsure.isEmpty()) {
      List<Integer> ours = new ArrayList<>();
      for (BucketRow row : rows(session, unsure, "")) {
        if (row.owner.equals(self)) {
          ours.add(row.bucket);
        } else {
          buckets[row.bucket].unsure = false;
        }
      }
      take(session, ours);
    }
    weigh();
    return unsure;
  }

  private synchronized void weigh() {
    inDoubt = Arrays.stream(buckets).anyMatch(b -> b.unsure);
  }

  private void begin(BucketRow row) {
    Bucket bucket = buckets[row.bucket];
    bucket.given = 0;
    bucket.epoch = row.epoch;
    bucket.committed = row.epoch << EPOCH_SHIFT;
    bucket.forgot = false;
    bucket.unsure = false;
  }

  /// Marks buckets whose last commit may or may not have happened.
  synchronized void doubt(Collection<Integer> doubtful) {
    doubtful.forEach(b -> buckets[b].unsure = true);
    inDoubt = true;
  }

  /// Whether any bucket is unsure.
  boolean inDoubt() {
    return inDoubt;
  }

  /// Reads the rows of buckets in a transaction, locked against takeover until it ends (protocol
  /// B4).
  Map<Integer, Standing> fence(Session session, Set<Integer> wanted) throws SQLException {
    return standings(session, wanted, dialect.forShare());
  }

  /// Reads the rows of buckets as they are just now (protocol B6).
  public Map<Integer, Standing> look(Session session, Set<Integer> wanted) throws SQLException {
    return standings(session, wanted, "");
  }

  private Map<Integer, Standing> standings(Session session, Set<Integer> wanted, String lock)
      throws SQLException {
    Map<Integer, Standing> standings = new HashMap<>();
    wanted.forEach(b -> standings.put(b, new Unsure()));
    for (BucketRow row : rows(session, wanted, lock)) {
      standings.put(row.bucket, standing(row));
    }
    return standings;
  }

  private Standing standing(BucketRow row) {
    Bucket bucket = buckets[row.bucket];
    if (!row.owner.equals(self)) {
      return new Moved(row.owner);
    }
    return row.epoch == bucket.epoch && !bucket.unsure ? new Owned(row.epoch) : new Unsure();
  }

  private List<BucketRow> rows(Session session, Set<Integer> wanted, String lock)
      throws SQLException {
    if (wanted.isEmpty()) {
      return List.of();
    }
    List<byte[]> prefixes = wanted.stream().sorted().map(Schema::prefix).toList();
    return session.list(
        "SELECT prefix, owner, epoch FROM bucket WHERE prefix IN "
            + Placeholders.in(prefixes.size())
            + lock,
        row -> new BucketRow(Schema.bucket(row.getBytes(1)), row.getString(2), row.getLong(3)),
        Placeholders.fill(prefixes).toArray());
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
