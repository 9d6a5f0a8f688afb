package sotto.blob.cold;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import sotto.blob.BlobName;
import sotto.blob.BlobStore;
import sotto.blob.Shelf;

/// Removes segments whose time is over and that no store has deleted, a page at a time, round after
/// round. One that cannot be looked at stays. By one thread.
public final class SegmentSweep {
  private final BlobStore store;
  private final Clock clock;
  private final Duration pause;
  private final int page;

  private Instant next;
  private Optional<BlobName> last = Optional.empty();

  /// @param pause between two rounds
  /// @param page how many segments one step looks at
  public SegmentSweep(BlobStore store, Clock clock, Duration pause, int page) {
    this.store = store;
    this.clock = clock;
    this.pause = pause;
    this.page = page;
    this.next = clock.instant();
  }

  /// Goes one page on, or does nothing while the round rests.
  public void step() throws IOException {
    Instant now = clock.instant();
    if (now.isBefore(next)) {
      return;
    }
    List<BlobName> names = store.list(Shelf.COLD, last, page);
    for (BlobName name : names) {
      last = Optional.of(name);
      if (expired(name, now)) {
        store.delete(name);
      }
    }
    if (names.size() < page) {
      last = Optional.empty();
      next = now.plus(pause);
    }
  }

  private boolean expired(BlobName name, Instant now) {
    try {
      Optional<BlobStore.Content> content = store.open(name);
      if (content.isEmpty()) {
        return false;
      }
      try (BlobStore.Content open = content.get()) {
        return open.record().expired(now.toEpochMilli());
      }
    } catch (IOException e) {
      return false;
    }
  }
}
