package sotto.client.internal.archive;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.client.ArchiveOutcome;
import sotto.client.ArchiveProgress;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.store.ArchivedMessage;
import sotto.client.internal.store.CopiedRow;
import sotto.client.internal.store.DurableFiles;
import sotto.client.internal.store.Lane;
import sotto.client.internal.store.OtherEnd;
import sotto.client.internal.store.SegmentRow;
import sotto.client.internal.store.SegmentState;
import sotto.client.internal.store.Sha256;
import sotto.client.internal.store.Store;

/// Moves settled messages out, one segment after the other, each through every state of
/// [SegmentState]. Cut off anywhere, it goes on there the next time; a message is in the table
/// until the server has been asked for its segment and has given back the very bytes. One run at a
/// time: the caller sees to that.
final class Mover {
  private static final int ID = 16;

  private final Lane lane;
  private final Store store;
  private final SecureRandom random;
  private final Depot depot;
  private final SegmentCodec codec;
  private final Consumer<Step> reached;
  private final Path folder;

  Mover(
      Lane lane,
      Store store,
      SecureRandom random,
      Depot depot,
      SegmentCodec codec,
      Consumer<Step> reached) {
    this.lane = lane;
    this.store = store;
    this.random = random;
    this.depot = depot;
    this.codec = codec;
    this.reached = reached;
    this.folder = store.archiveFolder();
  }

  /// Deletes ciphertext that no segment waits for. On the lane, before anything runs.
  void sweep() {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Set<String> wanted = new HashSet<>();
    for (SegmentState state : List.of(SegmentState.PREPARED, SegmentState.UPLOADED)) {
      store.segments().in(state).forEach(s -> wanted.add(s.segmentId().toString()));
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Path name = file.getFileName();
        if (name == null || !wanted.contains(name.toString())) {
          delete(file);
        }
      }
    } catch (IOException e) {
      // They stay until the next start.
    }
  }

  /// What one run has done so far.
  private static final class Tally {
    private int messages;
    private int segments;
    private long bytes;
    private long total;

    ArchiveProgress progress() {
      return new ArchiveProgress(messages, Math.max(total, messages));
    }
  }

  /// Moves all that is settled and older than a time.
  ///
  /// @param before milliseconds since 1970
  /// @param least conversations with fewer such messages are left for later
  /// @throws SottoException if the server cannot be reached; what has moved has moved
  ArchiveOutcome move(long before, int least, Consumer<ArchiveProgress> progress) {
    Tally tally = new Tally();
    List<Long> conversations =
        lane.call(_ -> {
          store.segments().in(SegmentState.CHOSEN).forEach(s -> giveUp(s.id()));
          List<Long> enough = new ArrayList<>();
          for (long contact : store.archivedRows().conversations(before)) {
            int count = store.archivedRows().countSettled(contact, before);
            if (count >= least) {
              enough.add(contact);
              tally.total += count;
            }
          }
          return enough;
        });
    for (SegmentRow begun : begun()) {
      tally.total += begun.count();
      Optional<ArchiveOutcome> stopped = finish(begun, tally, progress);
      if (stopped.isPresent()) {
        return stopped.get();
      }
    }
    for (long contact : conversations) {
      for (Optional<Chosen> next = choose(contact, before);
          next.isPresent();
          next = choose(contact, before)) {
        Optional<ArchiveOutcome> stopped = finish(prepare(next.get()), tally, progress);
        if (stopped.isPresent()) {
          return stopped.get();
        }
      }
    }
    if (tally.messages > 0) {
      tidy();
    }
    return new ArchiveOutcome.Moved(tally.messages, tally.segments, tally.bytes);
  }

  /// In small pieces: others use the lane between them.
  private void tidy() {
    boolean more = lane.call(_ -> store.archivedRows().tidy(true));
    while (more) {
      more = lane.call(_ -> store.archivedRows().tidy(false));
    }
  }

  private List<SegmentRow> begun() {
    return lane.call(_ -> {
      List<SegmentRow> begun = new ArrayList<>(store.segments().in(SegmentState.UPLOADED));
      begun.addAll(store.segments().in(SegmentState.PREPARED));
      return begun;
    });
  }

  private record Chosen(long id, Segment segment) {}

  /// Marks the oldest messages of a conversation that can move.
  private Optional<Chosen> choose(long contact, long before) {
    Bytes segmentId = randomId();
    Bytes uploadId = randomId();
    Optional<Chosen> chosen =
        lane.call(_ -> {
          List<CopiedRow> settled =
              Segment.fitting(store.archivedRows().settled(contact, before, Segment.MAX_MESSAGES));
          Optional<OtherEnd> peer = store.otherEnds().of(contact);
          if (settled.isEmpty() || peer.isEmpty()) {
            return Optional.<Chosen>empty();
          }
          List<ArchivedMessage> messages = settled.stream().map(CopiedRow::message).toList();
          long id = store.segments().add(contact, peer.get().id(), segmentId, uploadId, messages);
          store.archivedRows().mark(id, settled);
          return Optional.of(
              new Chosen(
                  id,
                  new Segment(
                      segmentId,
                      new AccountId(store.settings().bytes("account_id").orElseThrow()),
                      peer.get(),
                      messages)));
        });
    if (chosen.isPresent()) {
      reached.accept(Step.CHOSEN);
    }
    return chosen;
  }

  private Bytes randomId() {
    byte[] id = new byte[ID];
    random.nextBytes(id);
    return Bytes.of(id);
  }

  private SegmentRow prepare(Chosen chosen) {
    byte[] blob = codec.seal(chosen.segment());
    Path file = file(chosen.segment().id());
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try {
      Files.createDirectories(folder);
      Files.write(part, blob);
      DurableFiles.sync(part);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      DurableFiles.syncFolder(folder);
    } catch (IOException e) {
      delete(part);
      lane.call(_ -> giveUp(chosen.id()));
      throw SottoException.of(
          Code.STORAGE_FULL, "The archive needs room in the home: is the disk full?", e);
    }
    reached.accept(Step.WRITTEN);
    SegmentRow prepared =
        lane.call(_ -> {
          store.segments().prepared(chosen.id(), blob.length, Bytes.of(Sha256.of(blob)));
          return store.segments().find(chosen.id()).orElseThrow();
        });
    reached.accept(Step.PREPARED);
    return prepared;
  }

  /// Brings a segment from where it is to its end.
  ///
  /// @return why no other segment can move now
  private Optional<ArchiveOutcome> finish(
      SegmentRow segment, Tally tally, Consumer<ArchiveProgress> progress) {
    SegmentRow uploaded = segment;
    if (segment.state() == SegmentState.PREPARED) {
      if (!Files.isRegularFile(file(segment.segmentId()))) {
        // A home that was restored without its files: the messages are all still here.
        forget(segment);
        return Optional.empty();
      }
      switch (depot.put(
          segment.size(), segment.sha256(), segment.uploadId(), file(segment.segmentId()))) {
        case Depot.Stored(Bytes blobId) -> {
          reached.accept(Step.SENT);
          uploaded =
              lane.call(_ -> {
                store.segments().uploaded(segment.id(), blobId);
                return store.segments().find(segment.id()).orElseThrow();
              });
          reached.accept(Step.UPLOADED);
        }
        case Depot.NoRoom(long limit, var retryAfter) -> {
          return Optional.of(
              new ArchiveOutcome.NoRoom(
                  tally.messages, tally.segments, tally.bytes, limit, retryAfter));
        }
        case Depot.Unacceptable _ -> {
          forget(segment);
          throw SottoException.of(Code.REFUSED, "The server does not take a part of the archive.");
        }
        case Depot.Unreadable _ -> {
          forget(segment);
          throw SottoException.of(Code.STORAGE_FULL, "The home cannot be read.");
        }
      }
    }
    int moved = verifyAndMove(uploaded);
    delete(file(segment.segmentId()));
    tally.messages += moved;
    tally.segments++;
    tally.bytes += uploaded.size();
    progress.accept(tally.progress());
    return Optional.empty();
  }

  private int verifyAndMove(SegmentRow segment) {
    Optional<byte[]> blob = depot.get(segment.blobId().orElseThrow(), segment.size());
    Optional<Segment> whole =
        blob.filter(b -> Bytes.of(Sha256.of(b)).equals(segment.sha256()))
            .flatMap(b -> codec.open(segment, b));
    if (whole.isEmpty()) {
      // Nothing has left: the messages stay, the blob is to go.
      lane.call(_ -> {
        store.archivedRows().release(segment.id());
        store.segments().returned(segment.id());
        return true;
      });
      delete(file(segment.segmentId()));
      throw SottoException.of(
          Code.REFUSED, "The server did not give back what it was to keep: nothing was moved.");
    }
    reached.accept(Step.VERIFIED);
    int moved =
        lane.call(_ -> {
          if (!store.segments().moved(segment.id())) {
            return 0;
          }
          store.archiveWords().add(segment.id(), whole.get().messages());
          return store.archivedRows().delete(segment.id());
        });
    reached.accept(Step.MOVED);
    return moved;
  }

  /// Forgets a segment whose messages have not left. On the lane.
  private boolean giveUp(long segment) {
    store.archivedRows().release(segment);
    store.segments().remove(segment);
    return true;
  }

  private void forget(SegmentRow segment) {
    lane.call(_ -> giveUp(segment.id()));
    delete(file(segment.segmentId()));
  }

  /// Ends what was begun without moving it. Not on the lane.
  void abandon() {
    List<SegmentRow> ended =
        lane.call(_ -> {
          List<SegmentRow> all = new ArrayList<>(store.segments().in(SegmentState.CHOSEN));
          all.addAll(store.segments().in(SegmentState.PREPARED));
          all.forEach(s -> giveUp(s.id()));
          List<SegmentRow> uploaded = store.segments().in(SegmentState.UPLOADED);
          for (SegmentRow s : uploaded) {
            store.archivedRows().release(s.id());
            store.segments().returned(s.id());
          }
          all.addAll(uploaded);
          return all;
        });
    ended.forEach(s -> delete(file(s.segmentId())));
  }

  private Path file(Bytes segmentId) {
    return folder.resolve(segmentId.toString());
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // It is swept away at the next start.
    }
  }
}
