package sotto.client.internal.backup;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import sotto.archive.v1.BackupIndex;
import sotto.archive.v1.PieceRef;
import sotto.chain.Bytes;
import sotto.client.BackupOutcome;
import sotto.client.BackupProgress;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.archive.Depot;
import sotto.client.internal.archive.Segment;
import sotto.client.internal.net.ServerCalls;
import sotto.client.internal.store.BackupPieces.Piece;
import sotto.client.internal.store.CopiedRow;
import sotto.client.internal.store.DurableFiles;
import sotto.client.internal.store.Lane;
import sotto.client.internal.store.OtherEnd;
import sotto.client.internal.store.Sha256;
import sotto.client.internal.store.Store;

/// One run of the backup at the server. What is new goes there in pieces, then an index, which the
/// recovery record names from then on; only after that what the index before had alone is deleted.
/// Cut off anywhere, the next run goes on, and the account can be restored from the index before.
final class KeptBackup {
  private final Lane lane;
  private final Store store;
  private final LongSupplier now;
  private final SecureRandom random;
  private final Depot depot;
  private final RecoveryRecords records;
  private final IndexMaker maker;
  private final Consumer<BackupStep> reached;
  private final Path folder;

  /// Makes an index of what the store holds. On the lane.
  @FunctionalInterface
  interface IndexMaker {
    BackupIndex make(List<PieceRef> pieces, long messages);
  }

  KeptBackup(
      Lane lane,
      Store store,
      LongSupplier now,
      SecureRandom random,
      Depot depot,
      RecoveryRecords records,
      IndexMaker maker,
      Consumer<BackupStep> reached) {
    this.lane = lane;
    this.store = store;
    this.now = now;
    this.random = random;
    this.depot = depot;
    this.records = records;
    this.maker = maker;
    this.reached = reached;
    this.folder = store.backupFolder();
  }

  /// What one run has done so far.
  private static final class Tally {
    private long messages;
    private long bytes;
    private long total;
  }

  /// Ends a run for which the server has no room.
  private static final class Full extends Exception {
    private static final long serialVersionUID = 1;
    private final transient Depot.NoRoom room;

    Full(Depot.NoRoom room) {
      super("no room", null, false, false);
      this.room = room;
    }
  }

  BackupOutcome run(ServerCalls calls, Pieces pieces, Consumer<BackupProgress> progress) {
    records.finish(calls);
    Tally tally = new Tally();
    List<Piece> begun = lane.call(_ -> begin(tally));
    try {
      for (Piece piece : begun) {
        put(piece, tally, progress);
      }
      for (long contact : lane.call(_ -> store.backedUp().conversations())) {
        for (Optional<Chosen> next = choose(contact, pieces);
            next.isPresent();
            next = choose(contact, pieces)) {
          put(prepare(next.get().id(), next.get().sealed()), tally, progress);
        }
      }
      BackupIndex index = index();
      Piece indexed = put(prepareIndex(pieces, index), tally, progress);
      records.set(calls, Optional.of(ref(indexed)));
      reached.accept(BackupStep.NAMED);
      tidy(indexed);
      return new BackupOutcome.Saved(
          index.getMessages(), tally.messages, index.getPiecesCount(), tally.bytes);
    } catch (Full full) {
      return new BackupOutcome.NoRoom(full.room.limit(), full.room.retryAfter());
    }
  }

  /// Gives up what was begun and is not there, and pieces that are no longer exact. On the lane.
  ///
  /// @return what was begun and is there
  private List<Piece> begin(Tally tally) {
    store.backedUp().releaseUnknown();
    List<Piece> there = new ArrayList<>();
    for (Piece piece : store.backupPieces().begun()) {
      if (piece.size() > 0
          && piece.count() > 0
          && store.backedUp().left(piece.id()) == piece.count()
          && Files.isRegularFile(file(piece))) {
        there.add(piece);
        tally.total += piece.count();
      } else {
        store.backedUp().release(piece.id());
        store.backupPieces().remove(piece.id());
        delete(file(piece));
      }
    }
    for (Piece piece : store.backupPieces().kept()) {
      if (store.backedUp().left(piece.id()) < piece.count()) {
        store.backedUp().release(piece.id());
        store.backupPieces().drop(piece.id());
      }
    }
    for (long contact : store.backedUp().conversations()) {
      tally.total += store.backedUp().count(contact);
    }
    return there;
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Chosen(long id, byte[] sealed) {}

  /// Marks the oldest messages of a conversation that no piece has.
  private Optional<Chosen> choose(long contact, Pieces pieces) {
    Bytes pieceId = Pieces.newId(random);
    Bytes uploadId = Pieces.newId(random);
    Optional<Chosen> chosen =
        lane.call(_ -> {
          Optional<OtherEnd> peer = store.otherEnds().of(contact);
          List<CopiedRow> rows =
              Segment.fitting(store.backedUp().next(contact, Segment.MAX_MESSAGES));
          if (rows.isEmpty() || peer.isEmpty()) {
            return Optional.<Chosen>empty();
          }
          long id = store.backupPieces().add(pieceId, rows.size(), uploadId);
          store.backedUp().mark(id, rows);
          return Optional.of(
              new Chosen(id, pieces.seal(segment(pieceId, pieces, peer.get(), rows))));
        });
    if (chosen.isPresent()) {
      reached.accept(BackupStep.CHOSEN);
    }
    return chosen;
  }

  static Segment segment(Bytes pieceId, Pieces pieces, OtherEnd peer, List<CopiedRow> rows) {
    return new Segment(
        pieceId, pieces.account(), peer, rows.stream().map(CopiedRow::message).toList());
  }

  private Piece prepareIndex(Pieces pieces, BackupIndex index) {
    Bytes pieceId = Pieces.newId(random);
    byte[] sealed = pieces.seal(pieceId, index);
    long id = lane.call(_ -> store.backupPieces().add(pieceId, 0, Pieces.newId(random)));
    return prepare(id, sealed);
  }

  private BackupIndex index() {
    return lane.call(_ -> {
      List<Piece> kept = store.backupPieces().kept();
      return maker.make(
          kept.stream().map(KeptBackup::ref).toList(), kept.stream().mapToLong(Piece::count).sum());
    });
  }

  private static PieceRef ref(Piece piece) {
    return PieceRef.newBuilder()
        .setPieceId(ByteString.copyFrom(piece.pieceId().toArray()))
        .setBlobId(ByteString.copyFrom(piece.blobId().orElseThrow().toArray()))
        .setSize(piece.size())
        .build();
  }

  private Piece prepare(long id, byte[] sealed) {
    Piece piece = lane.call(_ -> store.backupPieces().get(id));
    Path file = file(piece);
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try {
      Files.createDirectories(folder);
      Files.write(part, sealed);
      DurableFiles.sync(part);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      DurableFiles.syncFolder(folder);
    } catch (IOException e) {
      delete(part);
      throw SottoException.of(
          Code.STORAGE_FULL, "The backup needs room in the home: is the disk full?", e);
    }
    return lane.call(_ -> {
      store.backupPieces().prepared(id, sealed.length, Bytes.of(Sha256.of(sealed)));
      return store.backupPieces().get(id);
    });
  }

  private Piece put(Piece piece, Tally tally, Consumer<BackupProgress> progress) throws Full {
    reached.accept(BackupStep.PREPARED);
    switch (depot.put(piece.size(), piece.sha256(), piece.uploadId(), file(piece))) {
      case Depot.Stored(Bytes blobId) -> {
        reached.accept(BackupStep.SENT);
        lane.call(_ -> {
          store.backupPieces().kept(piece.id(), blobId);
          return true;
        });
      }
      case Depot.NoRoom room -> throw new Full(room);
      case Depot.Unacceptable _ -> {
        giveUp(piece);
        throw SottoException.of(Code.REFUSED, "The server does not take a part of the backup.");
      }
      case Depot.Unreadable _ -> {
        giveUp(piece);
        throw SottoException.of(Code.STORAGE_FULL, "The home cannot be read.");
      }
    }
    delete(file(piece));
    tally.messages += piece.count();
    tally.bytes += piece.size();
    progress.accept(new BackupProgress(tally.messages, Math.max(tally.total, tally.messages)));
    return lane.call(_ -> store.backupPieces().get(piece.id()));
  }

  private void giveUp(Piece piece) {
    lane.call(_ -> {
      store.backedUp().release(piece.id());
      store.backupPieces().remove(piece.id());
      return true;
    });
    delete(file(piece));
  }

  /// Deletes what the newest index does not name.
  private void tidy(Piece newest) {
    List<Piece> dropped =
        lane.call(_ -> {
          store.backupPieces().indexes().stream()
              .filter(i -> i.id() != newest.id())
              .forEach(i -> store.backupPieces().drop(i.id()));
          store.settings().put(Backups.MADE_AT, now.getAsLong());
          return store.backupPieces().dropped();
        });
    for (Piece piece : dropped) {
      piece.blobId().ifPresent(depot::delete);
      lane.call(_ -> {
        store.backupPieces().remove(piece.id());
        return true;
      });
    }
  }

  private Path file(Piece piece) {
    return folder.resolve(piece.pieceId().toString());
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // It is written over or stays; nothing depends on it.
    }
  }
}
