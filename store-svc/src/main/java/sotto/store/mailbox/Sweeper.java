package sotto.store.mailbox;

import io.grpc.StatusRuntimeException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.store.sql.Readers;
import sotto.store.write.Call;
import sotto.store.write.Writers;

/// Removes what has outlived its time: one bucket after the other, a little at a time, so that it
/// needs no index and never takes the writer for long. All buckets are swept within about an hour.
public final class Sweeper implements AutoCloseable {
  /// How long it is remembered that a one-time key was taken; longer than a client repeats an
  /// upload.
  static final Duration TAKEN_KEYS = Duration.ofDays(30);

  private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
  private static final long PAUSE_MILLIS = 3_500;
  private static final int ROWS_AT_ONCE = 500;
  private static final int MOST_ROUNDS = 20;

  private final Readers readers;
  private final Writers writers;
  private final Clock clock;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("store-sweeper").daemon().factory());
  // The timer's.
  private int next;

  /// Sweeps nothing until started.
  public Sweeper(Readers readers, Writers writers, Clock clock) {
    this.readers = readers;
    this.writers = writers;
    this.clock = clock;
  }

  /// Begins to sweep, one bucket every few seconds.
  public void start() {
    var _ =
        timer.scheduleWithFixedDelay(this::tick, PAUSE_MILLIS, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void tick() {
    try {
      sweep(next);
      next = (next + 1) % AccountId.BUCKETS;
    } catch (StatusRuntimeException e) {
      LOG.warn("sweeping failed, goes on later");
    }
  }

  private record Expired(DeviceAddress address, long position) {}

  /// Sweeps one bucket.
  ///
  /// @return how many envelopes went
  public int sweep(int bucket) {
    long now = clock.millis();
    int gone = 0;
    for (int round = 0; round < MOST_ROUNDS; round++) {
      List<Expired> expired = expired(bucket, now);
      gone += remove(bucket, expired);
      if (expired.size() < ROWS_AT_ONCE) {
        break;
      }
    }
    forgetTakenKeys(bucket, now);
    return gone;
  }

  private List<Expired> expired(int bucket, long now) {
    return readers.ask(session ->
        session.list(
            "SELECT account_id, device_id, position FROM inbox"
                + " WHERE account_id >= ? AND account_id <= ? AND expires_at <= ? LIMIT ?",
            row ->
                new Expired(
                    new DeviceAddress(new AccountId(row.getBytes(1)), new DeviceId(row.getInt(2))),
                    row.getLong(3)),
            first(bucket).bytes(),
            last(bucket).bytes(),
            now,
            ROWS_AT_ONCE));
  }

  private int remove(int bucket, List<Expired> expired) {
    if (expired.isEmpty()) {
      return 0;
    }
    Map<DeviceAddress, List<Long>> byDevice = new LinkedHashMap<>();
    expired.forEach(
        e -> byDevice.computeIfAbsent(e.address, _ -> new ArrayList<>()).add(e.position));
    Call.Written<Integer> written =
        writers.write(
            bucket,
            0,
            batch -> {
              int gone = 0;
              for (var device : byDevice.entrySet()) {
                gone +=
                    MailboxWrites.remove(
                        batch,
                        device.getKey().account(),
                        device.getKey().device().number(),
                        device.getValue());
              }
              return gone;
            });
    return written instanceof Call.Done<Integer>(Integer gone) ? gone : 0;
  }

  private void forgetTakenKeys(int bucket, long now) {
    String where =
        " FROM taken_pre_key WHERE account_id >= ? AND account_id <= ? AND taken_at <= ?";
    Object[] arguments = {first(bucket).bytes(), last(bucket).bytes(), now - TAKEN_KEYS.toMillis()};
    boolean any =
        readers
            .ask(session -> session.first("SELECT 1" + where + " LIMIT 1", r -> 1, arguments))
            .isPresent();
    if (any) {
      var _ =
          writers.write(bucket, 0, batch -> batch.session().update("DELETE" + where, arguments));
    }
  }

  static AccountId first(int bucket) {
    return new AccountId((long) bucket << 54, 0);
  }

  static AccountId last(int bucket) {
    return new AccountId((long) bucket << 54 | (1L << 54) - 1, -1);
  }

  @Override
  public void close() {
    timer.close();
  }
}
