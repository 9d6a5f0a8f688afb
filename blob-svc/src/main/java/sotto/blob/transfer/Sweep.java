package sotto.blob.transfer;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import sotto.blob.BlobName;
import sotto.blob.BlobRecord;
import sotto.blob.BlobStore;
import sotto.blob.Progress;
import sotto.blob.Shelf;
import sotto.chain.AccountId;
import sotto.mesh.Scrubbed;

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
  private static final Duration SLACK = Duration.ofDays(1);

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
    // One that came or was renewed later has not expired; a day for clocks that differ.
    Instant changedBefore = now.minus(transfers.config().transitLife()).plus(SLACK);
    BlobStore.Page names = store.old(Shelf.TRANSIT, last, page, changedBefore);
    // Before they are looked at: one that cannot be read must not hold up those behind it.
    last = names.last();
    for (BlobName name : names.names()) {
      remove(name, now);
    }
    if (last.isEmpty()) {
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

  /// Removes a blob if it has expired and nobody here uploads it anew.
  private void remove(BlobName name, Instant now) throws IOException {
    Optional<Claims.Claim> claim = transfers.claims().takeFree(name);
    if (claim.isPresent()) {
      try (var _ = claim.get()) {
        if (expired(name, now)) {
          store.delete(name);
          transfers.metrics().expired();
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
      LOG.log(
          System.Logger.Level.WARNING, "a blob could not be looked at; it stays", new Scrubbed(e));
      return false;
    }
  }
}
