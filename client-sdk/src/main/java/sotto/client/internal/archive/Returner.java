package sotto.client.internal.archive;

import java.util.List;
import java.util.function.Consumer;
import sotto.client.ArchiveProgress;
import sotto.client.Restored;
import sotto.client.internal.store.Lane;
import sotto.client.internal.store.SegmentRow;
import sotto.client.internal.store.SegmentState;
import sotto.client.internal.store.Store;

/// Brings everything back for good, and deletes the blobs: a blob goes only after its messages are
/// durable here.
final class Returner {
  private final Lane lane;
  private final Store store;
  private final Depot depot;
  private final Fetcher fetcher;
  private final Copies copies;
  private final Consumer<Step> reached;

  Returner(
      Lane lane, Store store, Depot depot, Fetcher fetcher, Copies copies, Consumer<Step> reached) {
    this.lane = lane;
    this.store = store;
    this.depot = depot;
    this.fetcher = fetcher;
    this.copies = copies;
    this.reached = reached;
  }

  /// Brings all segments back, the ones made last first: where two have a message, theirs is right.
  ///
  /// @throws sotto.client.SottoException if the server cannot be reached; what is back is back
  Restored restore(Consumer<ArchiveProgress> progress) {
    deleteReturned();
    List<SegmentRow> all = lane.call(_ -> store.segments().in(SegmentState.MOVED)).reversed();
    long total = all.stream().mapToLong(SegmentRow::count).sum();
    long messages = 0;
    int segments = 0;
    int unreadable = 0;
    for (SegmentRow segment : all) {
      switch (fetcher.read(segment)) {
        case Fetcher.Lost _ -> unreadable++;
        case Fetcher.Whole(Segment whole) -> {
          keep(segment, whole);
          reached.accept(Step.RETURNED);
          messages += segment.count();
          segments++;
          progress.accept(new ArchiveProgress(messages, total));
        }
      }
      deleteReturned();
    }
    return new Restored(messages, segments, unreadable);
  }

  private void keep(SegmentRow segment, Segment whole) {
    lane.call(_ -> {
      store.archivedRows().putBack(segment, whole.messages());
      store.archivedRows().release(segment.id());
      store.archiveWords().remove(segment.id(), whole.messages());
      store.segments().returned(segment.id());
      copies.forget(segment.id());
      return true;
    });
  }

  /// Deletes the blobs of segments whose messages are all here.
  void deleteReturned() {
    for (SegmentRow segment : lane.call(_ -> store.segments().in(SegmentState.RETURNED))) {
      segment.blobId().ifPresent(depot::delete);
      reached.accept(Step.DELETED);
      lane.call(_ -> {
        store.segments().remove(segment.id());
        return true;
      });
    }
  }
}
