package sotto.client.internal.backup;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import sotto.archive.v1.BackupFileHeader;
import sotto.archive.v1.BackupIndex;
import sotto.archive.v1.PieceRef;
import sotto.archive.v1.RecoveryCodeKey;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.client.BackupOutcome;
import sotto.client.BackupProgress;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.archive.Archives;
import sotto.client.internal.archive.Depot;
import sotto.client.internal.archive.Segment;
import sotto.client.internal.net.Blobs;
import sotto.client.internal.net.ServerCalls;
import sotto.client.internal.store.ArchivedMessage;
import sotto.client.internal.store.CopiedRow;
import sotto.client.internal.store.Lane;
import sotto.client.internal.store.OtherEnd;
import sotto.client.internal.store.Store;
import sotto.crypto.BackupKey;
import sotto.crypto.PassphraseKey;

/// The backups of one home, wired together. One runs at a time. Calls block; not on the lane.
public final class Backups {
  static final String MADE_AT = "backup_made_at";

  private static final byte[] NOTHING = new byte[0];

  private final Lane lane;
  private final Store store;
  private final LongSupplier now;
  private final SecureRandom random;
  private final Archives archives;
  private final Depot depot;
  private final RecoverySecrets secrets;
  private final RecoveryRecords records;
  private final Supplier<Optional<ServerCalls>> calls;
  private final Semaphore running = new Semaphore(1);
  private volatile Consumer<BackupStep> onStep = _ -> {};

  /// Wires them.
  ///
  /// @param now the time as the server has it, milliseconds since 1970
  /// @param calls the connection, while there is one
  /// @param blobs the same for blobs
  public Backups(
      Lane lane,
      Store store,
      LongSupplier now,
      SecureRandom random,
      Archives archives,
      Supplier<Optional<ServerCalls>> calls,
      Supplier<Optional<Blobs>> blobs) {
    this.lane = lane;
    this.store = store;
    this.now = now;
    this.random = random;
    this.archives = archives;
    this.calls = calls;
    this.depot = new Depot(blobs);
    this.secrets = new RecoverySecrets(store.settings());
    this.records = new RecoveryRecords(lane, store, random);
  }

  /// Has something told about steps; for tests.
  public void onStep(Consumer<BackupStep> told) {
    onStep = told;
  }

  /// The recovery record at the server.
  public RecoveryRecords records() {
    return records;
  }

  /// When the last backup at the server was made.
  public Optional<Instant> madeAt() {
    return lane.call(_ -> store.settings().number(MADE_AT)).map(Instant::ofEpochMilli);
  }

  /// Brings what is new to the server.
  ///
  /// @throws SottoException SERVER_UNREACHABLE, REFUSED, STORAGE_FULL
  public BackupOutcome keep(Consumer<BackupProgress> progress) {
    requireSecrets();
    ServerCalls connected =
        calls
            .get()
            .orElseThrow(() ->
                SottoException.of(
                    Code.SERVER_UNREACHABLE, "There is no connection to the server."));
    return alone(() -> {
      byte[] archiveKey = archiveKey();
      try (Pieces pieces = pieces(lane.call(_ -> secrets.backupKey()))) {
        return new KeptBackup(
                lane,
                store,
                now,
                random,
                depot,
                records,
                (refs, messages) -> index(archiveKey, refs, messages),
                step -> onStep.accept(step))
            .run(connected, pieces, progress);
      } finally {
        Arrays.fill(archiveKey, (byte) 0);
      }
    });
  }

  /// Writes all into a file that the recovery code opens.
  ///
  /// @throws SottoException FILE
  public BackupOutcome.Saved write(Path file, Consumer<BackupProgress> progress) {
    requireSecrets();
    return write(
        file,
        lane.call(_ -> secrets.backupKey()),
        header -> header.setRecoveryCode(RecoveryCodeKey.getDefaultInstance()),
        progress);
  }

  /// Writes all into a file that a passphrase opens.
  ///
  /// @param passphrase wiped
  /// @throws SottoException FILE
  public BackupOutcome.Saved write(
      Path file, char[] passphrase, Consumer<BackupProgress> progress) {
    requireSecrets();
    PassphraseKey.Parameters p = PassphraseKey.Parameters.forNewStore(random);
    byte[] derived = PassphraseKey.derive(passphrase, p);
    try {
      return write(
          file,
          BackupKey.of(derived),
          header ->
              header.setPassphrase(
                  sotto.archive.v1.PassphraseKey.newBuilder()
                      .setMemoryKib(p.memoryKib())
                      .setIterations(p.iterations())
                      .setParallelism(p.parallelism())
                      .setSalt(com.google.protobuf.ByteString.copyFrom(p.salt().toArray()))),
          progress);
    } finally {
      Arrays.fill(derived, (byte) 0);
    }
  }

  private BackupOutcome.Saved write(
      Path file,
      BackupKey key,
      Consumer<BackupFileHeader.Builder> keyKind,
      Consumer<BackupProgress> progress) {
    Bytes fileId = Pieces.newId(random);
    byte[] check = key.check(fileId);
    byte[] archiveKey = archiveKey();
    try (Pieces pieces = pieces(key)) {
      BackupFileHeader.Builder header = BackupFile.begin(fileId, pieces.account(), check);
      keyKind.accept(header);
      try (BackupFileWriter out = new BackupFileWriter(file, header)) {
        List<PieceRef> refs = new ArrayList<>();
        long messages = writeAll(out, pieces, refs, progress);
        BackupIndex index = lane.call(_ -> index(archiveKey, refs, messages));
        Bytes indexId = Pieces.newId(random);
        long bytes = out.finish(indexId, pieces.seal(indexId, index));
        return new BackupOutcome.Saved(messages, messages, refs.size(), bytes);
      }
    } catch (IOException e) {
      throw SottoException.of(
          Code.FILE, "The backup cannot be written: does its folder exist, is there room?", e);
    } finally {
      Arrays.fill(archiveKey, (byte) 0);
    }
  }

  private long writeAll(
      BackupFileWriter out, Pieces pieces, List<PieceRef> refs, Consumer<BackupProgress> progress)
      throws IOException {
    long total = lane.call(_ -> store.backedUp().countAll());
    long messages = 0;
    for (long contact : lane.call(_ -> store.otherEnds().all())) {
      OtherEnd peer = lane.call(_ -> store.otherEnds().of(contact)).orElseThrow();
      Optional<ArchivedMessage> last = Optional.empty();
      while (true) {
        Optional<ArchivedMessage> from = last;
        List<CopiedRow> rows =
            lane.call(
                _ -> Segment.fitting(store.backedUp().after(contact, from, Segment.MAX_MESSAGES)));
        if (rows.isEmpty()) {
          break;
        }
        Bytes id = Pieces.newId(random);
        refs.add(out.add(id, pieces.seal(KeptBackup.segment(id, pieces, peer, rows))));
        messages += rows.size();
        last = Optional.of(rows.getLast().message());
        progress.accept(new BackupProgress(messages, Math.max(total, messages)));
      }
    }
    return messages;
  }

  private BackupIndex index(byte[] archiveKey, List<PieceRef> refs, long messages) {
    return Index.of(store, now.getAsLong(), archiveKey, archives.manifestOnLane(), refs, messages);
  }

  /// The archive's key, if anything is in the archive.
  private byte[] archiveKey() {
    return archives.summary().segments() == 0 ? NOTHING.clone() : archives.exportKey();
  }

  private Pieces pieces(BackupKey key) {
    try (key) {
      return new Pieces(
          lane.call(_ -> new AccountId(store.settings().bytes("account_id").orElseThrow())), key);
    }
  }

  private void requireSecrets() {
    boolean complete = lane.call(_ -> secrets.complete());
    if (!complete) {
      throw SottoException.of(
          Code.REFUSED,
          "This device has no recovery key: make the backup on the device that made the account or"
              + " restored it.");
    }
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
