package sotto.blob.transfer;

import io.grpc.StatusRuntimeException;
import io.opentelemetry.api.metrics.Meter;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import sotto.blob.BlobConfig;
import sotto.blob.BlobName;
import sotto.blob.BlobRecord;
import sotto.blob.BlobStore;
import sotto.blob.Progress;
import sotto.blob.Shelf;
import sotto.blob.quota.KeptQuota;
import sotto.blob.quota.TransitBudget;
import sotto.chain.AccountId;
import sotto.mesh.MonotonicClock;
import sotto.mesh.Scrubbed;

/// What uploads and downloads work with.
///
/// @param uploads transfers of an account's that run at once
/// @param downloads the same for downloads
/// @param metrics what is counted
public record Transfers(
    BlobConfig config,
    BlobStore store,
    BlobIds ids,
    Room room,
    KeptQuota quota,
    TransitBudget budget,
    Claims claims,
    Slots uploads,
    Slots downloads,
    Clock clock,
    BlobMetrics metrics) {
  private static final System.Logger LOG = System.getLogger(Transfers.class.getName());

  // What every S3 takes at most in one upload.
  private static final int MOST_PARTS = 10_000;
  private static final long MIB = 1L << 20;

  /// Nothing is under way.
  ///
  /// @param time measures budgets
  public static Transfers of(
      BlobConfig config,
      BlobStore store,
      BlobIds ids,
      KeptQuota quota,
      Clock clock,
      MonotonicClock time,
      Meter meter) {
    return new Transfers(
        config,
        store,
        ids,
        new Room(store, config.minFreeBytes()),
        quota,
        new TransitBudget(config.transitKibPerAccount(), time),
        new Claims(),
        new Slots(config.transfersPerAccount()),
        new Slots(config.transfersPerAccount()),
        clock,
        new BlobMetrics(meter));
  }

  /// Milliseconds since 1970.
  long now() {
    return clock.millis();
  }

  /// When a blob in transit that comes now goes.
  long expiry() {
    return now() + config.transitLife().toMillis();
  }

  /// The size of the parts of an upload.
  int partSize(long size) {
    long least = Math.ceilDiv(size, MOST_PARTS);
    return least <= config.partBytes()
        ? config.partBytes()
        : Math.toIntExact(Math.ceilDiv(least, MIB) * MIB);
  }

  /// The progress of an upload that nothing is known of.
  Progress nothing(Declared declared) {
    return Progress.none(declared.record(expiry()), partSize(declared.size()));
  }

  /// What is known of an upload.
  Standing standing(Declared declared) throws IOException {
    if (Long.compareUnsigned(declared.size(), config.maxBlobBytes()) > 0) {
      return new Standing.TooLarge();
    }
    Optional<BlobRecord> there =
        store.confirm(declared.name()).filter(known -> !known.expired(now()));
    if (there.isPresent()) {
      return declared.matches(there.get())
          ? new Standing.There(there.get())
          : new Standing.Mismatch();
    }
    Optional<Progress> progress = store.progress(declared.name());
    if (progress.isPresent()) {
      return declared.matches(progress.get().record())
          ? new Standing.Unfinished(progress.get())
          : new Standing.Mismatch();
    }
    return new Standing.Fresh();
  }

  /// Takes an upload's room in its account's quota, after what may be left of a deleted blob by its
  /// name has been put away. The upload is one that the store remembers, so that the room is given
  /// back even if this process ends now.
  ///
  /// @return what it is refused with; empty if it has its room, or needs none
  Optional<Answer> reserve(Declared declared, BlobStore.Parts parts) throws IOException {
    if (declared.kept() && parts.progress().committed() == 0) {
      putAwayDeleted(declared);
      parts.remember();
    }
    return takeRoom(declared);
  }

  /// Ends the deletion of a blob by the name of an upload, if there was one that was broken off.
  void putAwayDeleted(Declared declared) throws IOException {
    if (declared.kept()) {
      Optional<BlobRecord> deleted = store.withdraw(declared.name());
      if (deleted.isPresent()) {
        putAway(declared.name(), deleted.get());
      }
    }
  }

  /// Takes the room of an upload that the store remembers.
  ///
  /// @return what it is refused with
  Optional<Answer> takeRoom(Declared declared) {
    if (!declared.kept()) {
      return Optional.empty();
    }
    return switch (quota.reserve(declared.account(), declared.name(), declared.size())) {
      case KeptQuota.Outcome.Reserved _ -> Optional.empty();
      case KeptQuota.Outcome.NoRoom(long limit) ->
          Optional.of(new Answer.NoRoom(limit, Duration.ZERO));
    };
  }

  /// Gives the room of a withdrawn blob back and removes it, in an order that can be broken off
  /// anywhere.
  void putAway(BlobName name, BlobRecord record) throws IOException {
    record.owner().ifPresent(account -> quota.release(account, name));
    store.purge(name);
  }

  /// Forgets an unfinished upload that is not open, and gives its room back, in an order that can
  /// be broken off anywhere.
  void giveUp(BlobName name, Optional<AccountId> owner) throws IOException {
    owner.ifPresent(account -> quota.release(account, name));
    store.discard(name);
  }

  /// Deletes a blob that an account kept, or what there is of an upload of one; one of another's
  /// stays. Nobody's room is given back. Repeatable after whatever broke it off.
  ///
  /// @throws io.grpc.StatusRuntimeException UNAVAILABLE if a connection does not let go of it
  public void deleteKept(AccountId account, BlobName name)
      throws IOException, InterruptedException {
    try (var _ = claims.take(name)) {
      Optional<BlobRecord> visible = store.confirm(name);
      if (visible.isPresent() && !visible.get().owner().equals(Optional.of(account))) {
        return;
      }
      if (store.withdraw(name).isPresent()) {
        store.purge(name);
      }
      store.discard(name);
    }
  }

  /// Gives an upload up where something else matters more: what is left is swept up later.
  void tryGiveUp(Declared declared) {
    try {
      giveUp(declared.name(), Optional.of(declared.account()).filter(_ -> declared.kept()));
    } catch (IOException | StatusRuntimeException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "an upload's remains are left to the sweep",
          new Scrubbed(e));
    }
  }

  /// The visible blob of an id, open.
  Optional<BlobStore.Content> find(byte[] id) throws IOException {
    for (Shelf shelf : Shelf.ofClients()) {
      Optional<BlobStore.Content> content = store.open(BlobIds.name(shelf, id));
      if (content.isPresent()) {
        if (!content.get().record().expired(now())) {
          return content;
        }
        content.get().close();
      }
    }
    return Optional.empty();
  }

  /// Some of what is counted as it is now, by the metrics' names.
  public Map<String, LongSupplier> measures() {
    return metrics.measures();
  }

  void stored(long bytes) {
    metrics.stored(bytes);
  }

  void fetched(long bytes) {
    metrics.fetched(bytes);
  }
}
