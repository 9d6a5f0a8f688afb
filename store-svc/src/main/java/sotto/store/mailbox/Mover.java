package sotto.store.mailbox;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.store.cold.ColdStore;
import sotto.store.cold.Directory;
import sotto.store.cold.Segment;
import sotto.store.cold.SegmentName;
import sotto.store.sql.Readers;
import sotto.store.sql.Session;
import sotto.store.write.Call;
import sotto.store.write.Fate;
import sotto.store.write.Writers;

/// Moves what has long been undelivered to the blob store, one bucket after the other, a segment at
/// a time and one step after the other:
///
/// ```
/// CHOSEN    the first rows of a mailbox, up to 256 or 1 MiB, all old enough
///   -> INTENDED    committed: the name of a blob that is going to be put
///   -> PUT         the blob store says it is durable
///   -> READ BACK   it gives the same bytes back
///   -> moved       one transaction deletes exactly the rows still there and inserts the pointer
/// ```
///
/// A move ends wherever it is when something fails or the process dies: until the last step no row
/// has gone, and what was put is loose, and is deleted an hour later by [LooseSegments]. A device
/// that was seen lately is left out; one that connects in between loses nothing, since whoever
/// reads looks for segments behind the rows.
///
/// Nothing it keeps survives a step that matters: another owner begins anew. One thread at a time.
public final class Mover {
  private static final Logger LOG = LoggerFactory.getLogger(Mover.class);
  private static final long SHORTEST_PAUSE_MILLIS = 1_000;
  private static final int PASSES_IN_AN_AGE = 7;
  private static final int STEPS_AT_ONCE = 40;
  private static final int DEVICES_AT_ONCE = 64;
  // A blob that nobody deletes outlives the last of its envelopes by so much, for clocks that
  // differ.
  private static final long MARGIN_MILLIS = Duration.ofDays(7).toMillis();

  private final Readers readers;
  private final Writers writers;
  private final ColdRules rules;
  private final ColdStore store;
  private final Clock clock;
  private final RandomGenerator random;
  // Of whoever steps it.
  private int next;
  private int current = -1;
  private Passed passed = new Passed(Sweeper.first(0), 0);
  private boolean exhausted;
  private final Deque<DeviceAddress> waiting = new ArrayDeque<>();
  private Optional<Move> underWay = Optional.empty();

  /// The last device of the bucket that was looked at.
  private record Passed(AccountId account, int device) {}

  private enum Stage {
    CHOSEN,
    INTENDED,
    PUT,
    READ_BACK
  }

  private record Move(
      Stage stage,
      DeviceAddress device,
      SegmentName name,
      Directory directory,
      ByteString bytes,
      long until) {
    Move at(Stage next) {
      return new Move(next, device, name, directory, bytes, until);
    }

    AccountId account() {
      return device.account();
    }
  }

  /// Moves when it is told to.
  ///
  /// @param store where segments go
  /// @param random makes their names
  public Mover(
      Readers readers,
      Writers writers,
      ColdRules rules,
      ColdStore store,
      Clock clock,
      RandomGenerator random) {
    this.readers = readers;
    this.writers = writers;
    this.rules = rules;
    this.store = store;
    this.clock = clock;
    this.random = random;
    // A process that never lives for a whole pass must not always begin with the same buckets.
    this.next = random.nextInt(AccountId.BUCKETS);
  }

  /// How long to wait between two buckets: all are gone through within a seventh of the age at
  /// which envelopes move, a day for the usual seven.
  public static Duration pause(Duration after) {
    return Duration.ofMillis(
        Math.max(SHORTEST_PAUSE_MILLIS, after.toMillis() / PASSES_IN_AN_AGE / AccountId.BUCKETS));
  }

  /// Goes on with the bucket whose turn it is: at most 40 steps, some eight segments; a bucket with
  /// more keeps its turn.
  public void moveNext() {
    for (int i = 0; i < STEPS_AT_ONCE; i++) {
      if (!step(next)) {
        next = (next + 1) % AccountId.BUCKETS;
        return;
      }
    }
  }

  /// Does one step for a bucket.
  ///
  /// @return false when there is nothing more to do for it now
  public boolean step(int bucket) {
    if (!writers.ownership().has(bucket)) {
      return end();
    }
    if (current != bucket) {
      begin(bucket);
    }
    try {
      if (underWay.isEmpty()) {
        underWay = choose(bucket);
        return underWay.isPresent() || end();
      }
      Move move = underWay.get();
      underWay = Optional.empty();
      underWay = advance(move);
      return true;
    } catch (StatusRuntimeException e) {
      LOG.warn("moving old envelopes failed, goes on later");
      rules.metrics().failedCold();
      return end();
    }
  }

  private void begin(int bucket) {
    current = bucket;
    passed = new Passed(Sweeper.first(bucket), 0);
    exhausted = false;
    waiting.clear();
    underWay = Optional.empty();
  }

  private boolean end() {
    current = -1;
    return false;
  }

  private Optional<Move> advance(Move move) {
    return switch (move.stage) {
      case CHOSEN -> intend(move);
      case INTENDED -> put(move);
      case PUT -> readBack(move);
      case READ_BACK -> point(move);
    };
  }

  private Optional<Move> choose(int bucket) {
    while (!waiting.isEmpty() || fill(bucket)) {
      DeviceAddress device = waiting.getFirst();
      Optional<Move> chosen = choose(device);
      if (chosen.isPresent()) {
        // It keeps its turn: there may be more of it.
        return chosen;
      }
      waiting.removeFirst();
    }
    return Optional.empty();
  }

  /// Finds devices with old rows behind those that were gone through.
  private boolean fill(int bucket) {
    if (exhausted) {
      return false;
    }
    List<DeviceAddress> found =
        readers.ask(session ->
            session.list(
                "SELECT account_id, device_id FROM inbox WHERE account_id BETWEEN ? AND ?"
                    + " AND (account_id > ? OR device_id > ?) AND accepted_at <= ?"
                    + " GROUP BY account_id, device_id ORDER BY account_id, device_id LIMIT ?",
                row ->
                    new DeviceAddress(new AccountId(row.getBytes(1)), new DeviceId(row.getInt(2))),
                passed.account.bytes(),
                Sweeper.last(bucket).bytes(),
                passed.account.bytes(),
                passed.device,
                old(),
                DEVICES_AT_ONCE));
    exhausted = found.size() < DEVICES_AT_ONCE;
    waiting.addAll(found);
    if (!found.isEmpty()) {
      DeviceAddress last = found.getLast();
      passed = new Passed(last.account(), last.device().number());
    }
    return !found.isEmpty();
  }

  private long old() {
    return clock.millis() - rules.after().toMillis();
  }

  private record Row(Directory.Entry entry, ByteString envelope) {}

  private Optional<Move> choose(DeviceAddress device) {
    byte[] account = device.account().bytes();
    int number = device.device().number();
    long old = old();
    return readers.ask(session -> {
      Optional<Long> seen =
          session.first(
              "SELECT last_seen_day, created_at FROM device"
                  + " WHERE account_id = ? AND device_id = ?",
              row -> row.getLong(1) == 0 ? row.getLong(2) : row.getLong(1),
              account,
              number);
      if (seen.isEmpty() || seen.get() > old) {
        return Optional.empty();
      }
      record Size(int size, long acceptedAt) {}
      List<Size> sizes =
          session.list(
              "SELECT size, accepted_at FROM inbox WHERE account_id = ? AND device_id = ?"
                  + " ORDER BY position LIMIT ?",
              row -> new Size(row.getInt(1), row.getLong(2)),
              account,
              number,
              Segment.MOST_MAILS);
      int count = 0;
      long bytes = 0;
      while (count < sizes.size()
          && sizes.get(count).acceptedAt <= old
          && bytes < Segment.FULL_AT) {
        bytes += sizes.get(count).size;
        count++;
      }
      return count == 0 ? Optional.empty() : chosen(device, rows(session, account, number, count));
    });
  }

  private static List<Row> rows(Session session, byte[] account, int device, int count)
      throws SQLException {
    return session.list(
        "SELECT position, dedupe, accepted_at, expires_at, size, sender_tag, envelope FROM inbox"
            + " WHERE account_id = ? AND device_id = ? ORDER BY position LIMIT ?",
        row ->
            new Row(
                new Directory.Entry(
                    row.getLong(1),
                    Bytes.of(row.getBytes(2)),
                    row.getLong(3),
                    row.getLong(4),
                    row.getInt(5),
                    Optional.ofNullable(row.getBytes(6)).map(Bytes::of)),
                ByteString.copyFrom(row.getBytes(7))),
        account,
        device,
        count);
  }

  /// Rows may have gone since they were counted, and others moved up: only old ones are taken.
  private Optional<Move> chosen(DeviceAddress device, List<Row> rows) {
    List<Directory.Entry> entries = new ArrayList<>();
    List<Segment.Mail> mails = new ArrayList<>();
    long until = 0;
    long bytes = 0;
    for (Row row : rows) {
      if (row.entry.acceptedAt() > old() || bytes >= Segment.FULL_AT) {
        break;
      }
      bytes += row.envelope.size();
      entries.add(row.entry);
      mails.add(new Segment.Mail(row.entry.position(), row.entry.acceptedAt(), row.envelope));
      until = Math.max(until, row.entry.expiresAt());
    }
    if (entries.isEmpty()) {
      return Optional.empty();
    }
    ByteString encoded = new Segment(mails).encode();
    return Optional.of(
        new Move(
            Stage.CHOSEN,
            device,
            SegmentName.random(random),
            new Directory(Segment.digest(encoded), entries),
            encoded,
            until + MARGIN_MILLIS));
  }

  private Optional<Move> intend(Move move) {
    Call.Written<Boolean> written =
        writers.write(
            move.account().bucket(),
            0,
            batch -> {
              batch.segments().intend(move.account(), move.name);
              return true;
            });
    return written instanceof Call.Done<Boolean>
        ? Optional.of(move.at(Stage.INTENDED))
        : brokenOff();
  }

  private Optional<Move> put(Move move) {
    return store.put(move.name, move.bytes, move.until) == ColdStore.Put.KEPT
        ? Optional.of(move.at(Stage.PUT))
        : brokenOff();
  }

  private Optional<Move> readBack(Move move) {
    return store.get(move.name) instanceof ColdStore.Found(ByteString bytes)
            && bytes.equals(move.bytes)
        ? Optional.of(move.at(Stage.READ_BACK))
        : brokenOff();
  }

  private Optional<Move> point(Move move) {
    Call.Written<Integer> written =
        writers.write(
            move.account().bucket(),
            0,
            batch -> {
              batch.flush();
              var device = batch.device(move.account(), move.device.device().number());
              if (device.isEmpty()) {
                var _ = batch.segments().doomLoose(move.account(), move.name);
                return 0;
              }
              return batch
                  .segments()
                  .point(move.account(), device.get(), move.name, move.directory);
            });
    switch (written) {
      case Call.Done<Integer>(Integer moved) -> {
        if (moved > 0) {
          rules.metrics().moved(moved, move.bytes.size());
        } else {
          // Nobody will ever point to it, and its name may have been given up before it came.
          var _ = store.delete(List.of(move.name));
        }
        return Optional.empty();
      }
      case Call.NotDone<Integer>(Fate.Moved _) -> {
        // The new owner may have found the name loose and be done with it, before the blob came.
        var _ = store.delete(List.of(move.name));
      }
      case Call.NotDone<Integer> _ -> {}
    }
    return brokenOff();
  }

  /// The rest of the bucket has to wait for its next turn: what failed would fail again.
  private Optional<Move> brokenOff() {
    rules.metrics().failedCold();
    waiting.clear();
    exhausted = true;
    return Optional.empty();
  }
}
