package sotto.blob;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Removes expired blobs and abandoned parts, a page at a time, round after round.
///
/// ```
/// resting ──pause over──▶ going ──last page──▶ resting
/// ```
///
/// By one thread.
final class Sweep {
  private static final System.Logger LOG = System.getLogger(Sweep.class.getName());

  private final BlobStore store;
  private final Clock clock;
  private final Duration pause;
  private final Duration partLife;
  private final int page;

  private Instant next;
  private Optional<BlobName> last = Optional.empty();

  /// @param page how many blobs one step looks at
  Sweep(BlobStore store, Clock clock, Duration pause, Duration partLife, int page) {
    this.store = store;
    this.clock = clock;
    this.pause = pause;
    this.partLife = partLife;
    this.page = page;
    this.next = clock.instant();
  }

  /// Goes one page on, or does nothing while the round rests.
  void step() throws IOException {
    Instant now = clock.instant();
    if (now.isBefore(next)) {
      return;
    }
    List<BlobName> names = store.list(Shelf.TRANSIT, last, page);
    for (BlobName name : names) {
      // Before the blob is looked at: one that cannot be read must not hold up those behind it.
      last = Optional.of(name);
      if (expired(name, now)) {
        store.delete(name);
      }
    }
    if (names.size() < page) {
      last = Optional.empty();
      next = now.plus(pause);
      store.removeAbandoned(now.minus(partLife));
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
      LOG.log(System.Logger.Level.WARNING, "a blob could not be looked at; it stays", e);
      return false;
    }
  }
}
