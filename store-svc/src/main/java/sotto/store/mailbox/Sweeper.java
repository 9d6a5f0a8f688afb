package sotto.store.mailbox;

import io.grpc.StatusRuntimeException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.store.sql.Readers;
import sotto.store.write.Call;
import sotto.store.write.Writers;

/// Removes what has outlived its time: one bucket after the other, a little at a time, so that it
/// needs no index and never takes the writer for long. An index on the time of expiry would cost
/// every append; a pass over a bucket reads its rows once. All buckets are swept within a thirtieth
/// of a mailbox's life, a day for the usual thirty, or within an hour if that is longer.
public final class Sweeper {
  /// How long it is remembered that a one-time key was taken; longer than a client repeats an
  /// upload.
  static final Duration TAKEN_KEYS = Duration.ofDays(30);

  private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
  private static final long SHORTEST_PAUSE_MILLIS = 3_500;
  private static final int PASSES_IN_A_LIFE = 30;
  private static final int ROWS_AT_ONCE = 500;
  private static final int MOST_ROUNDS = 20;

  private final Readers readers;
  private final Writers writers;
  private final Clock clock;
  // Of whoever sweeps.
  private int next;

  /// Sweeps when it is told to.
  public Sweeper(Readers readers, Writers writers, Clock clock) {
    this.readers = readers;
    this.writers = writers;
    this.clock = clock;
  }

  /// How long to wait between two buckets.
  ///
  /// @param life how long an envelope is kept
  public static Duration pause(Duration life) {
    return Duration.ofMillis(
        Math.max(SHORTEST_PAUSE_MILLIS, life.toMillis() / PASSES_IN_A_LIFE / AccountId.BUCKETS));
  }

  /// Sweeps the bucket whose turn it is. One thread at a time.
  public void sweepNext() {
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
    if (!writers.ownership().has(bucket)) {
      return 0;
    }
    long now = clock.millis();
    int gone = 0;
    for (int round = 0; round < MOST_ROUNDS; round++) {
      List<Expired> expired = expired(bucket, now);
      gone += remove(bucket, expired);
      if (expired.size() < ROWS_AT_ONCE) {
        break;
      }
    }
    gone += expireSegments(bucket, now);
    forgetTakenKeys(bucket, now);
    return gone;
  }

  /// What is cold expires where it is noted; the blob goes with its last envelope.
  private int expireSegments(int bucket, long now) {
    List<DeviceAddress> devices =
        readers.ask(session ->
            session.list(
                "SELECT DISTINCT account_id, device_id FROM inbox_segment"
                    + " WHERE account_id BETWEEN ? AND ? AND expires_at <= ? LIMIT ?",
                row ->
                    new DeviceAddress(new AccountId(row.getBytes(1)), new DeviceId(row.getInt(2))),
                first(bucket).bytes(),
                last(bucket).bytes(),
                now,
                ROWS_AT_ONCE));
    if (devices.isEmpty()) {
      return 0;
    }
    Call.Written<Integer> written =
        writers.write(
            bucket,
            0,
            batch -> {
              batch.flush();
              int gone = 0;
              for (DeviceAddress address : devices) {
                var device = batch.device(address.account(), address.device().number());
                if (device.isPresent()) {
                  gone += batch.segments().expire(address.account(), device.get());
                }
              }
              return gone;
            });
    return written instanceof Call.Done<Integer>(Integer gone) ? gone : 0;
  }

  private List<Expired> expired(int bucket, long now) {
    return readers.ask(session ->
        session.list(
            "SELECT account_id, device_id, position FROM inbox"
                + " WHERE account_id BETWEEN ? AND ? AND expires_at <= ? LIMIT ?",
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
              byDevice.forEach((device, positions) ->
                  batch.removals().add(device.account(), device.device().number(), positions));
              return batch.removals().flush();
            });
    return written instanceof Call.Done<Integer>(Integer gone) ? gone : 0;
  }

  private record Taken(AccountId account, int device, int kind, int id) {}

  private void forgetTakenKeys(int bucket, long now) {
    List<Taken> taken =
        readers.ask(session ->
            session.list(
                "SELECT account_id, device_id, kind, key_id FROM taken_pre_key"
                    + " WHERE account_id BETWEEN ? AND ? AND taken_at <= ? LIMIT ?",
                row ->
                    new Taken(
                        new AccountId(row.getBytes(1)),
                        row.getInt(2),
                        row.getInt(3),
                        row.getInt(4)),
                first(bucket).bytes(),
                last(bucket).bytes(),
                now - TAKEN_KEYS.toMillis(),
                ROWS_AT_ONCE));
    if (taken.isEmpty()) {
      return;
    }
    List<Object> arguments = new ArrayList<>();
    taken.forEach(t -> arguments.addAll(List.of(t.account.bytes(), t.device, t.kind, t.id)));
    var _ =
        writers.write(
            bucket,
            0,
            batch ->
                batch
                    .session()
                    .update(
                        "DELETE FROM taken_pre_key WHERE "
                            + batch
                                .dialect()
                                .anyOf(
                                    List.of("account_id", "device_id", "kind", "key_id"),
                                    taken.size()),
                        arguments.toArray()));
  }

  static AccountId first(int bucket) {
    return new AccountId((long) bucket << 54, 0);
  }

  static AccountId last(int bucket) {
    return new AccountId((long) bucket << 54 | (1L << 54) - 1, -1);
  }
}
