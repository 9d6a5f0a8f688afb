package sotto.client.internal.archive;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import sotto.client.SottoException;
import sotto.client.internal.store.Lane;
import sotto.client.internal.store.SegmentRow;
import sotto.client.internal.store.SegmentState;
import sotto.client.internal.store.Store;

/// Brings segments back from the server as copies.
final class Fetcher {
  /// What became of it.
  sealed interface Fetched {}

  /// Its messages are in the message table, held for the caller until it releases them.
  record Back() implements Fetched {}

  /// Nobody will read it, as far as this run of the program can tell.
  record Unreadable(Loss loss) implements Fetched {}

  /// Not now.
  record Unreachable(SottoException why) implements Fetched {}

  /// Why a segment is lost.
  enum Loss {
    /// The server has no blob of it.
    GONE,
    /// The server's blob is not the one that was archived.
    DAMAGED
  }

  /// What the server has of a segment.
  sealed interface Read {}

  record Whole(Segment segment) implements Read {}

  record Lost(Loss loss) implements Read {}

  private final Lane lane;
  private final Store store;
  private final Depot depot;
  private final SegmentCodec codec;
  private final Copies copies;
  // Asked for once in a run: a blob that is gone does not come back by asking again.
  private final Map<Long, Loss> lost = new ConcurrentHashMap<>();

  Fetcher(Lane lane, Store store, Depot depot, SegmentCodec codec, Copies copies) {
    this.lane = lane;
    this.store = store;
    this.depot = depot;
    this.codec = codec;
    this.copies = copies;
  }

  /// Why a segment cannot be read, if that is known.
  Optional<Loss> loss(long segment) {
    return Optional.ofNullable(lost.get(segment));
  }

  /// Puts a segment's messages into the message table. Blocks; not on the lane.
  Fetched fetch(SegmentRow segment) {
    Optional<Loss> known = loss(segment.id());
    if (known.isPresent()) {
      return new Unreadable(known.get());
    }
    try {
      return switch (read(segment)) {
        case Lost(Loss loss) -> {
          lost.put(segment.id(), loss);
          yield new Unreadable(loss);
        }
        case Whole(Segment whole) -> putBack(segment, whole);
      };
    } catch (SottoException e) {
      if (e.code() == SottoException.Code.CLOSED
          || e.code() == SottoException.Code.STORAGE_FULL
          || e.code() == SottoException.Code.STORAGE_DAMAGED
          || e.code() == SottoException.Code.INTERNAL) {
        throw e;
      }
      return new Unreachable(e);
    }
  }

  private Fetched putBack(SegmentRow segment, Segment whole) {
    return lane.call(_ -> {
      Optional<SegmentRow> now = store.segments().find(segment.id());
      if (now.filter(s -> s.state() == SegmentState.MOVED && !s.cached()).isPresent()) {
        store.archivedRows().putBack(now.get(), whole.messages());
        store.segments().setCached(segment.id(), true);
        store.archiveWords().renew(segment.id(), whole.messages());
      }
      // Otherwise another call was first, or it is back for good.
      copies.hold(segment.id());
      return new Back();
    });
  }

  /// Reads and checks a segment's blob. Blocks; not on the lane.
  ///
  /// @throws SottoException if the server does not answer now
  Read read(SegmentRow segment) {
    Optional<byte[]> blob = depot.get(segment.blobId().orElseThrow(), segment.size());
    if (blob.isEmpty()) {
      return new Lost(Loss.GONE);
    }
    return codec
        .open(segment, blob.get())
        .<Read>map(Whole::new)
        .orElseGet(() -> new Lost(Loss.DAMAGED));
  }
}
