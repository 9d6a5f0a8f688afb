package sotto.client.internal.backup;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import sotto.archive.v1.BackupContact;
import sotto.archive.v1.BackupIndex;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.client.BackupProgress;
import sotto.client.Failure;
import sotto.client.Status;
import sotto.client.Username;
import sotto.client.internal.archive.Archives;
import sotto.client.internal.archive.Segment;
import sotto.client.internal.archive.SegmentFormat;
import sotto.client.internal.store.ArchivedMessage;
import sotto.client.internal.store.ContactRow;
import sotto.client.internal.store.Lane;
import sotto.client.internal.store.Store;
import sotto.crypto.ProfileKey;

/// Puts what a backup holds into a store. Each piece is one transaction, and what is there already
/// stays as it is: cut off anywhere, it is repeated from the beginning. Blocks; not on the lane.
public final class Importer {
  private static final Failure NOT_SENT =
      new Failure("not_sent", "It had not been sent when the backup was made.", true);

  /// What was put there.
  ///
  /// @param messages how many messages the backup gave, those that were there included
  /// @param unreadable how many pieces could not be read
  public record Imported(long messages, int unreadable) {}

  private final Lane lane;
  private final Store store;
  private final LongSupplier now;
  private final Archives archives;

  /// For a home.
  ///
  /// @param now the time as the server has it, milliseconds since 1970
  public Importer(Lane lane, Store store, LongSupplier now, Archives archives) {
    this.lane = lane;
    this.store = store;
    this.now = now;
    this.archives = archives;
  }

  /// Imports a backup.
  public Imported run(Opened backup, Consumer<BackupProgress> progress) {
    Optional<BackupIndex> index = backup.index();
    if (index.isEmpty()) {
      return new Imported(0, 0);
    }
    lane.call(_ -> {
      index.get().getContactsList().forEach(this::contact);
      index.get().getGroupsList().stream()
          .flatMap(group -> SegmentFormat.read(group).stream())
          .forEach(group -> store.otherEnds().findOrAdd(group, now.getAsLong()));
      backup
          .atServer()
          .forEach(piece ->
              store
                  .backupPieces()
                  .addDropped(
                      Bytes.of(piece.getPieceId().toByteArray()),
                      Bytes.of(piece.getBlobId().toByteArray()),
                      piece.getSize()));
      return true;
    });
    Tally tally = new Tally(index.get().getMessages(), progress);
    backup.read(tally::piece);
    if (!index.get().getArchiveKey().isEmpty()) {
      archives.adopt(index.get().getArchiveKey().toByteArray(), index.get().getArchive());
    }
    return new Imported(tally.messages, tally.unreadable);
  }

  private void contact(BackupContact contact) {
    AccountId account = new AccountId(contact.getAccountId().toByteArray());
    ContactRow row = store.contacts().findOrAdd(account, now.getAsLong());
    long id =
        contact.getUsername().isEmpty()
            ? row.id()
            : store.contacts().pin(new Username(contact.getUsername()), account, now.getAsLong());
    store.contacts().setVerification(id, Index.verification(contact));
    if (contact.getBlocked()) {
      store.contacts().setBlocked(id, true);
    } else if (contact.getAccepted()) {
      store.contacts().accept(id);
    }
    if (!contact.getProfileKey().isEmpty()) {
      ProfileKey key = ProfileKey.of(contact.getProfileKey().toByteArray());
      store.profiles().learned(account, key, 0);
      store.contacts().setAccessKey(id, key.accessKey().bytes());
    }
  }

  private final class Tally {
    private final long total;
    private final Consumer<BackupProgress> progress;
    private long messages;
    private int unreadable;

    Tally(long total, Consumer<BackupProgress> progress) {
      this.total = total;
      this.progress = progress;
    }

    void piece(Optional<Segment> piece) {
      if (piece.isEmpty()) {
        unreadable++;
        return;
      }
      lane.call(_ -> {
        long contact = store.otherEnds().findOrAdd(piece.get().peer(), now.getAsLong());
        piece.get().messages().forEach(m -> store.backedUp().add(contact, restored(m)));
        return true;
      });
      messages += piece.get().messages().size();
      progress.accept(new BackupProgress(messages, Math.max(total, messages)));
    }
  }

  /// What waited to be sent is not sent by a device that cannot know whether the lost one did.
  private static ArchivedMessage restored(ArchivedMessage m) {
    return m.status() != Status.QUEUED
        ? m
        : new ArchivedMessage(
            m.id(),
            m.incoming(),
            m.kind(),
            m.text(),
            m.sentAt(),
            m.acceptedAt(),
            Status.FAILED,
            m.device(),
            m.quoted(),
            Optional.of(NOT_SENT),
            m.sender(),
            m.files());
  }
}
