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
import sotto.store.cold.ColdStore;
import sotto.store.cold.SegmentName;
import sotto.store.sql.Readers;
import sotto.store.write.Call;
import sotto.store.write.Writers;

/// Deletes the blobs that no mailbox points to: first it is committed that none ever will, then the
/// blob goes, then the record of it. Killed in between, whoever comes next does the rest.
///
/// What was intended and not pointed to for an hour counts as left behind. A blob that arrives even
/// after that, from a process that was frozen for so long, expires by itself in the blob store,
/// some days behind the envelopes in it.
public final class LooseSegments {
  /// How long a move may take before its blob counts as left behind.
  static final Duration PATIENCE = Duration.ofHours(1);

  private static final Logger LOG = LoggerFactory.getLogger(LooseSegments.class);
  private static final int AT_ONCE = 100;

  private final Readers readers;
  private final Writers writers;
  private final ColdRules rules;
  private final ColdStore store;
  private final Clock clock;
  // Of whoever sweeps.
  private int next;

  /// Deletes when it is told to.
  public LooseSegments(
      Readers readers, Writers writers, ColdRules rules, ColdStore store, Clock clock) {
    this.readers = readers;
    this.writers = writers;
    this.rules = rules;
    this.store = store;
    this.clock = clock;
  }

  /// Goes through the bucket whose turn it is. One thread at a time.
  public void sweepNext() {
    try {
      var _ = sweep(next);
      next = (next + 1) % AccountId.BUCKETS;
    } catch (StatusRuntimeException e) {
      LOG.warn("deleting cold segments failed, goes on later");
    }
  }

  private record Loose(AccountId account, SegmentName name, boolean doomed) {}

  /// Goes through one bucket, up to 100 blobs.
  ///
  /// @return how many are gone
  public int sweep(int bucket) {
    return sweep(bucket, PATIENCE);
  }

  /// The same with another idea of how long a move may take.
  ///
  /// @param patience how long a move may take before its blob counts as left behind
  /// @return how many are gone
  public int sweep(int bucket, Duration patience) {
    if (!writers.ownership().has(bucket)) {
      return 0;
    }
    List<Loose> loose =
        readers.ask(session ->
            session.list(
                "SELECT account_id, blob_id, doomed FROM loose_segment"
                    + " WHERE account_id BETWEEN ? AND ? AND (doomed = 1 OR since <= ?) LIMIT ?",
                row ->
                    new Loose(
                        new AccountId(row.getBytes(1)),
                        SegmentName.of(row.getBytes(2)),
                        row.getInt(3) != 0),
                Sweeper.first(bucket).bytes(),
                Sweeper.last(bucket).bytes(),
                clock.millis() - patience.toMillis(),
                AT_ONCE));
    List<Loose> doomed = new ArrayList<>();
    for (Loose one : loose) {
      if (one.doomed || doom(bucket, one)) {
        doomed.add(one);
      }
    }
    if (doomed.isEmpty()) {
      return 0;
    }
    if (!store.delete(doomed.stream().map(Loose::name).toList())) {
      rules.metrics().failedCold();
      return 0;
    }
    rules.metrics().deleted(doomed.size());
    forget(bucket, doomed);
    return doomed.size();
  }

  /// Between this and the look at it a move may have made use of it.
  private boolean doom(int bucket, Loose one) {
    return writers.write(bucket, 0, batch -> batch.segments().doomLoose(one.account, one.name))
            instanceof Call.Done<Boolean>(Boolean there)
        && there;
  }

  private void forget(int bucket, List<Loose> gone) {
    Map<AccountId, List<SegmentName>> names = new LinkedHashMap<>();
    gone.forEach(one -> names.computeIfAbsent(one.account, _ -> new ArrayList<>()).add(one.name));
    var _ =
        writers.write(
            bucket,
            0,
            batch -> {
              for (var entry : names.entrySet()) {
                batch.segments().forgetLoose(entry.getKey(), entry.getValue());
              }
              return true;
            });
  }
}
