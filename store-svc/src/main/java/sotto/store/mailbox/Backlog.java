package sotto.store.mailbox;

import io.grpc.StatusRuntimeException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sotto.chain.AccountId;
import sotto.store.sql.Readers;
import sotto.store.write.Ownership;

/// How much waits in the mailboxes of this store's buckets, and since when: counted one bucket
/// after the other, a little at a time, since it reads their rows. What has moved to the cold tier
/// is not among it.
///
/// One thread counts; any may ask.
public final class Backlog {
  /// How long to wait between two buckets: all 1024 take a quarter of an hour, a store's share of
  /// them as much less.
  public static final Duration PAUSE = Duration.ofSeconds(1);

  /// The ages that are told apart: up to each of these, and above the last.
  public static final List<Duration> AGES =
      List.of(Duration.ofMinutes(1), Duration.ofHours(1), Duration.ofDays(1), Duration.ofDays(7));

  private static final Logger LOG = LoggerFactory.getLogger(Backlog.class);
  private static final String QUERY =
      "SELECT COUNT(*), MIN(accepted_at),"
          + " SUM(CASE WHEN accepted_at < ? THEN 1 ELSE 0 END),"
          + " SUM(CASE WHEN accepted_at < ? THEN 1 ELSE 0 END),"
          + " SUM(CASE WHEN accepted_at < ? THEN 1 ELSE 0 END),"
          + " SUM(CASE WHEN accepted_at < ? THEN 1 ELSE 0 END),"
          + " SUM(size),"
          + " SUM(CASE WHEN accepted_at < ? THEN size ELSE 0 END),"
          + " SUM(CASE WHEN accepted_at < ? THEN size ELSE 0 END),"
          + " SUM(CASE WHEN accepted_at < ? THEN size ELSE 0 END),"
          + " SUM(CASE WHEN accepted_at < ? THEN size ELSE 0 END)"
          + " FROM inbox WHERE account_id BETWEEN ? AND ?";

  private static final List<Long> NONE = List.of(0L, 0L, 0L, 0L, 0L);
  private static final Counted NOTHING = new Counted(NONE, NONE, OptionalLong.empty());

  private final Readers readers;
  private final Ownership ownership;
  private final Clock clock;
  private final AtomicReferenceArray<Counted> counted =
      new AtomicReferenceArray<>(AccountId.BUCKETS);
  // Of whoever counts.
  private int next;

  /// What was found in a bucket.
  ///
  /// @param older how many there are, then how many are older than each age
  /// @param olderBytes their bytes, likewise
  /// @param oldest when its oldest was accepted, milliseconds since 1970
  private record Counted(List<Long> older, List<Long> olderBytes, OptionalLong oldest) {}

  /// What was found in all of this store's buckets.
  ///
  /// @param envelopes how many are of each age, as [#envelopes] has them
  /// @param bytes of them
  /// @param oldest when the oldest was accepted, milliseconds since 1970
  /// @param buckets that are counted
  public record Summary(List<Long> envelopes, List<Long> bytes, OptionalLong oldest, int buckets) {}

  /// Nothing is counted yet.
  public Backlog(Readers readers, Ownership ownership, Clock clock) {
    this.readers = readers;
    this.ownership = ownership;
    this.clock = clock;
  }

  /// Counts the next bucket that is this store's.
  public void countNext() {
    for (int i = 0; i < AccountId.BUCKETS; i++) {
      int bucket = next;
      next = (next + 1) % AccountId.BUCKETS;
      if (ownership.has(bucket)) {
        try {
          count(bucket);
        } catch (StatusRuntimeException e) {
          LOG.warn("counting the backlog failed, goes on later");
        }
        return;
      }
    }
  }

  /// Counts one bucket.
  public void count(int bucket) {
    long now = clock.millis();
    readers
        .ask(session ->
            session.first(
                QUERY,
                row -> {
                  long all = row.getLong(1);
                  long oldest = row.getLong(2);
                  return new Counted(
                      List.of(all, row.getLong(3), row.getLong(4), row.getLong(5), row.getLong(6)),
                      List.of(
                          row.getLong(7),
                          row.getLong(8),
                          row.getLong(9),
                          row.getLong(10),
                          row.getLong(11)),
                      all == 0 ? OptionalLong.empty() : OptionalLong.of(oldest));
                },
                now - AGES.get(0).toMillis(),
                now - AGES.get(1).toMillis(),
                now - AGES.get(2).toMillis(),
                now - AGES.get(3).toMillis(),
                now - AGES.get(0).toMillis(),
                now - AGES.get(1).toMillis(),
                now - AGES.get(2).toMillis(),
                now - AGES.get(3).toMillis(),
                Sweeper.first(bucket).bytes(),
                Sweeper.last(bucket).bytes()))
        .ifPresent(found -> counted.set(bucket, found));
  }

  /// Counts all buckets that are this store's, at once.
  ///
  /// @param stopped whether nobody wants it any more
  public void countAll(BooleanSupplier stopped) {
    for (int bucket = 0; bucket < AccountId.BUCKETS && !stopped.getAsBoolean(); bucket++) {
      if (ownership.has(bucket)) {
        count(bucket);
      }
    }
  }

  /// All of it, as each bucket was when it was last counted.
  public Summary summary() {
    List<Counted> mine =
        IntStream.range(0, AccountId.BUCKETS)
            .filter(bucket -> counted.get(bucket) != null && ownership.has(bucket))
            .mapToObj(this::mine)
            .toList();
    return new Summary(
        byAge(mine.stream().map(Counted::older).toList()),
        byAge(mine.stream().map(Counted::olderBytes).toList()),
        mine.stream().flatMapToLong(counted -> counted.oldest().stream()).min(),
        mine.size());
  }

  /// What is older than each age, as what is of each age.
  private static List<Long> byAge(List<List<Long>> older) {
    return IntStream.rangeClosed(0, AGES.size())
        .mapToObj(age ->
            older.stream()
                .mapToLong(o -> age < AGES.size() ? o.get(age) - o.get(age + 1) : o.get(age))
                .sum())
        .toList();
  }

  /// How many envelopes are of an age, as each bucket was when it was last counted.
  ///
  /// @param age from 0, up to the first of [#AGES], to as many as there are: above the last
  public long envelopes(int age) {
    return IntStream.range(0, AccountId.BUCKETS)
        .mapToObj(this::mine)
        .mapToLong(c -> {
          long here = c.older().get(age);
          return age < AGES.size() ? here - c.older().get(age + 1) : here;
        })
        .sum();
  }

  /// The age of the oldest envelope that was found; zero if there was none.
  public Duration oldest() {
    var oldest =
        IntStream.range(0, AccountId.BUCKETS)
            .mapToObj(this::mine)
            .flatMapToLong(c -> c.oldest().stream())
            .min();
    return oldest.isEmpty()
        ? Duration.ZERO
        : Duration.ofMillis(Math.max(0, clock.millis() - oldest.getAsLong()));
  }

  private Counted mine(int bucket) {
    var found = counted.get(bucket);
    return found == null || !ownership.has(bucket) ? NOTHING : found;
  }
}
