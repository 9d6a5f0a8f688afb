package sotto.client.internal.archive;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import sotto.archive.v1.Manifest;
import sotto.client.ArchiveOutcome;
import sotto.client.ArchiveProgress;
import sotto.client.ArchiveSummary;
import sotto.client.Restored;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.net.Blobs;
import sotto.client.internal.store.Lane;
import sotto.client.internal.store.Store;

/// The archive of one home, wired together. What moves messages runs one at a time.
public final class Archives {
  /// The age below which late receipts and requests for a lost message are still to be expected:
  /// how long dedupe records and the send log are kept.
  public static final Duration USUAL_LEAST_AGE = Duration.ofDays(45);

  /// How many segments stay here as copies when nobody looks at them.
  private static final int COPIES = 16;

  /// By itself, a conversation is archived when it fills a good part of a segment.
  private static final int LEAST_BY_ITSELF = 200;

  private static final Duration DAY = Duration.ofDays(1);
  private static final String LAST_RUN = "archive_last_run";

  private final Lane lane;
  private final Store store;
  private final LongSupplier now;
  private final Mover mover;
  private final Returner returner;
  private final Adopter adopter;
  private final SegmentCodec codec;
  private final History history;
  private final Copies copies;
  private final SecureRandom random;
  private final Supplier<Optional<Blobs>> blobs;
  private final Depot depot;
  private final Semaphore running = new Semaphore(1);
  private volatile Consumer<Step> onStep;

  /// Wires it.
  ///
  /// @param now the time as the server has it, milliseconds since 1970
  /// @param blobs the connection, while there is one
  /// @param onStep told what has just become durable; for tests
  public Archives(
      Lane lane,
      Store store,
      LongSupplier now,
      SecureRandom random,
      Supplier<Optional<Blobs>> blobs,
      Consumer<Step> onStep) {
    this.lane = lane;
    this.store = store;
    this.now = now;
    this.onStep = onStep;
    this.random = random;
    this.blobs = blobs;
    this.depot = new Depot(blobs);
    this.codec = new SegmentCodec(lane, store.settings(), random);
    this.copies = new Copies(store, COPIES);
    Fetcher fetcher = new Fetcher(lane, store, depot, codec, copies);
    this.history = new History(lane, store, fetcher, copies);
    this.mover = new Mover(lane, store, random, depot, codec, this::reached);
    this.returner = new Returner(lane, store, depot, fetcher, copies, this::reached);
    this.adopter = new Adopter(lane, store, depot, codec, now);
  }

  private void reached(Step step) {
    onStep.accept(step);
  }

  /// Has something else told about steps; for tests.
  public void onStep(Consumer<Step> other) {
    onStep = other;
  }

  /// Cleans up after a crash. On the lane, before anything runs.
  public void sweep() {
    mover.sweep();
  }

  /// Conversations and search over store and archive.
  public History history() {
    return history;
  }

  /// Moves what is older than an age and settled. Blocks; not on the lane.
  public ArchiveOutcome moveOlderThan(Duration age, Consumer<ArchiveProgress> progress) {
    return alone(() -> move(age, 1, progress));
  }

  private ArchiveOutcome move(Duration age, int least, Consumer<ArchiveProgress> progress) {
    if (age.isNegative()) {
      throw SottoException.invalid("age", "An age is not negative.");
    }
    returner.deleteReturned();
    return mover.move(now.getAsLong() - age.toMillis(), least, progress);
  }

  /// Brings everything back and deletes the blobs. Blocks; not on the lane.
  public Restored restore(Consumer<ArchiveProgress> progress) {
    return alone(() -> {
      mover.abandon();
      return returner.restore(progress);
    });
  }

  /// Does what is due once there is a connection: moves once a day what is older than an age.
  /// Blocks; not on the lane.
  public void byItself(Duration age) {
    boolean due =
        lane.call(_ -> {
          long last = store.settings().number(LAST_RUN).orElse(0L);
          boolean isDue = Math.abs(now.getAsLong() - last) >= DAY.toMillis();
          if (isDue) {
            store.settings().put(LAST_RUN, now.getAsLong());
          }
          return isDue;
        });
    if (due) {
      var _ = alone(() -> move(age, LEAST_BY_ITSELF, _ -> {}));
    }
  }

  /// Takes the segments of a conversation out of history; their blobs go with [#deleteForgotten].
  /// Blocks; not on the lane.
  public void forget(long contact) {
    var _ =
        alone(() -> {
          mover.abandon();
          return lane.call(_ -> {
            copies.forgetAll(store.segments().forget(contact));
            return true;
          });
        });
  }

  /// Deletes at the server what is no longer needed there. Blocks; not on the lane.
  public void deleteForgotten() {
    var _ =
        alone(() -> {
          returner.deleteReturned();
          return true;
        });
  }

  /// What is in the archive.
  public ArchiveSummary summary() {
    return lane.call(_ ->
        new ArchiveSummary(
            store.segments().messages(), store.segments().count(), store.segments().bytes()));
  }

  /// What another device of the account needs to read the archive: the key, then the list of
  /// segments. Secret.
  public byte[] exportKey() {
    return codec.exportKey();
  }

  /// The list of segments.
  public Manifest manifest() {
    return lane.call(_ -> manifestOnLane());
  }

  /// The same, on the lane.
  public Manifest manifestOnLane() {
    return adopter.manifest();
  }

  /// Takes the archive that another device of the account made. Blocks; not on the lane.
  ///
  /// @return how many segments of the list are now known here
  public int adopt(byte[] key, Manifest manifest) {
    return alone(() -> adopter.adopt(key, manifest));
  }

  /// What gives history to new devices.
  public HistorySender historySender(HistorySender.Post post) {
    return new HistorySender(lane, store, random, blobs, codec, post);
  }

  /// What takes it.
  public HistoryReceiver historyReceiver() {
    return new HistoryReceiver(lane, store, depot, codec, adopter, now);
  }

  private <T> T alone(Supplier<T> run) {
    try {
      running.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw SottoException.of(Code.CLOSED, "The wait was interrupted.", e);
    }
    try {
      return run.get();
    } finally {
      running.release();
    }
  }
}
