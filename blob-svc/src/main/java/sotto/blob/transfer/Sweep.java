package sotto.blob.transfer;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import sotto.blob.BlobName;
import sotto.blob.BlobRecord;
import sotto.blob.BlobStore;
import sotto.blob.Progress;
import sotto.blob.Shelf;
import sotto.chain.AccountId;

/// Removes expired blobs a page at a time, and at the end of a round abandoned uploads and what is
/// left of deleted blobs; round after round.
///
/// ```
/// resting ──pause over──▶ going ──last page──▶ resting
/// ```
///
/// By one thread.
public final class Sweep {
  private static final System.Logger LOG = System.getLogger(Sweep.class.getName());

  // Of unfinished uploads and deleted blobs, in a round.
  private static final int MOST = 1_000;

  private final Transfers transfers;
  private final BlobStore store;
  private final Clock clock;
  private final Duration pause;
  private final Duration partLife;
  private final int page;

  private Instant next;
  private Optional<BlobName> last = Optional.empty();

  /// @param page how many blobs one step looks at
  public Sweep(Transfers transfers, int page) {
    this.transfers = transfers;
    this.store = transfers.store();
    this.clock = transfers.clock();
    this.pause = transfers.config().sweepEvery();
    this.partLife = transfers.config().partLife();
    this.page = page;
    this.next = clock.instant();
  }

  /// Goes one page on, or does nothing while the round rests.
  public void step() throws IOException {
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
      removeUnfinished(now.minus(partLife));
      removeWithdrawn();
      store.removeAbandoned(now.minus(partLife));
    }
  }

  private void removeUnfinished(Instant before) throws IOException {
    for (BlobName name : store.unfinished(before, MOST)) {
      Optional<Claims.Claim> claim = transfers.claims().takeFree(name);
      if (claim.isPresent()) {
        try (var _ = claim.get()) {
          Optional<AccountId> owner =
              store.progress(name).map(Progress::record).flatMap(BlobRecord::owner);
          transfers.giveUp(name, owner);
        }
      }
    }
  }

  /// Ends deletions that were broken off.
  private void removeWithdrawn() throws IOException {
    for (BlobStore.Withdrawn blob : store.withdrawn(MOST)) {
      Optional<Claims.Claim> claim = transfers.claims().takeFree(blob.name());
      if (claim.isPresent()) {
        try (var _ = claim.get()) {
          transfers.putAway(blob.name(), blob.record());
        }
      }
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
