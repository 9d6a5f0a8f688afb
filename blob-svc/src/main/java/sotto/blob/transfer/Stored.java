package sotto.blob.transfer;

import java.io.IOException;
import java.util.Optional;
import sotto.blob.BlobName;
import sotto.blob.BlobRecord;
import sotto.blob.BlobStore;
import sotto.blob.DirectTransfers;
import sotto.blob.Shelf;
import sotto.blob.SignedCall;
import sotto.chain.AccountId;

/// Calls about blobs that are there.
///
/// **Renewal and the sweep.** A blob is renewed only if it has more than [#MARGIN] left, and the
/// answer is *renewed* only if its former time is not over when the new one has been written. The
/// sweep removes what it has read to be expired. So whoever reads the former time before it is
/// replaced finds that it is not over, however long anybody stands still in between; between pods,
/// as long as their clocks differ by less than the margin.
final class Stored {
  /// What a blob must have left to be renewed, milliseconds.
  static final long MARGIN = 5 * 60 * 1_000;

  private final Transfers transfers;

  Stored(Transfers transfers) {
    this.transfers = transfers;
  }

  /// Where a blob can be had.
  ///
  /// @param size of it, bytes
  /// @param direct the request that gets it from the object store; empty if it has to be streamed
  record Place(long size, Optional<SignedCall> direct) {}

  /// Where a blob can be had.
  ///
  /// @return empty if there is no such blob
  Optional<Place> place(byte[] id) throws IOException {
    Optional<BlobRecord> record = record(id);
    if (record.isEmpty()) {
      return Optional.empty();
    }
    Optional<DirectTransfers> direct = transfers.store().direct();
    Shelf shelf = record.get().owner().isPresent() ? Shelf.KEPT : Shelf.TRANSIT;
    return Optional.of(
        new Place(
            record.get().size(),
            direct.isPresent() ? direct.get().place(BlobIds.name(shelf, id)) : Optional.empty()));
  }

  /// Lets a blob live for its whole time again.
  ///
  /// @return when it goes, milliseconds since 1970, or 0; empty if it is gone or about to go
  Optional<Long> renew(byte[] id) throws IOException {
    Optional<BlobRecord> record = record(id);
    if (record.isEmpty()) {
      return Optional.empty();
    }
    long former = record.get().expiresAtMillis();
    if (former == 0) {
      return Optional.of(0L);
    }
    if (former - MARGIN <= transfers.now()) {
      return Optional.empty();
    }
    long expiry = Math.max(former, transfers.expiry());
    boolean renewed = transfers.store().renew(BlobIds.name(Shelf.TRANSIT, id), expiry);
    if (renewed && transfers.now() < former) {
      return Optional.of(expiry);
    }
    // Some of it may have been swept; nobody is to find the rest.
    transfers.store().delete(BlobIds.name(Shelf.TRANSIT, id));
    return Optional.empty();
  }

  /// Deletes a kept blob of an account's: out of sight, its room given back, removed. What is
  /// broken off in between, the sweep or the next call ends.
  ///
  /// @return false if the account has no such blob
  boolean delete(AccountId account, byte[] id) throws IOException, InterruptedException {
    BlobName name = BlobIds.name(Shelf.KEPT, id);
    Optional<BlobRecord> visible = transfers.store().confirm(name);
    if (visible.isPresent() && !owns(account, visible.get())) {
      return false;
    }
    try (var _ = transfers.claims().take(name)) {
      Optional<BlobRecord> withdrawn =
          transfers.store().withdraw(name).filter(record -> owns(account, record));
      if (withdrawn.isPresent()) {
        transfers.putAway(name, withdrawn.get());
      }
      return withdrawn.isPresent();
    }
  }

  private static boolean owns(AccountId account, BlobRecord record) {
    return record.owner().equals(Optional.of(account));
  }

  private Optional<BlobRecord> record(byte[] id) throws IOException {
    Optional<BlobStore.Content> content = transfers.find(id);
    if (content.isEmpty()) {
      return Optional.empty();
    }
    try (BlobStore.Content open = content.get()) {
      return Optional.of(open.record());
    }
  }
}
