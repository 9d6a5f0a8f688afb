package sotto.client.internal.engine;

import sotto.client.internal.archive.Archives;
import sotto.client.internal.store.ContactRow;
import sotto.client.internal.store.Lane.Transaction;
import sotto.client.internal.store.Removal;

/// Takes messages away for good, in small transactions: others use the lane between them. Any
/// thread but the lane.
final class Removals {
  private static final int PIECE = 200;

  private final Core core;
  private final Archives archives;
  private final Uploads uploads;
  private final Syncs syncs;

  Removals(Core core, Archives archives, Uploads uploads, Syncs syncs) {
    this.syncs = syncs;
    this.core = core;
    this.archives = archives;
    this.uploads = uploads;
  }

  /// All messages of a conversation up to now; those that the other devices of the account have of
  /// them, too.
  int conversation(long contact) {
    core.lane()
        .call(tx -> {
          core.store()
              .contacts()
              .find(contact)
              .flatMap(ContactRow::account)
              .ifPresent(with -> syncs.deleted(tx, with, core.store().removal().extent(contact)));
          return true;
        });
    archives.forget(contact);
    core.lane().call(_ -> core.store().removal().uploading(contact)).forEach(uploads::cancelled);
    long last = core.lane().call(_ -> core.store().removal().newest(contact));
    int removed = 0;
    int some;
    do {
      some = core.lane().call(_ -> core.store().removal().conversation(contact, last, PIECE));
      removed += some;
    } while (some > 0);
    forgetArchived();
    return removed;
  }

  private void forgetArchived() {
    core.progress().raise();
    if (core.session().isPresent()) {
      core.inBackground("archive", archives::deleteForgotten);
    }
  }

  /// Another own device has deleted a conversation: what it had then goes here, too. What comes to
  /// this device only later stays.
  void elsewhere(Transaction tx, long contact, Removal.Extent extent) {
    core.store().removal().note(contact, extent);
    tx.afterCommit(() -> core.inBackground("deletion", this::finish));
  }

  /// Does what is noted; after a crash too. Blocks; not on the lane.
  void finish() {
    for (Removal.Noted noted : core.lane().call(_ -> core.store().removal().noted())) {
      archives.forget(noted.contact());
      int some;
      do {
        some = core.lane().call(_ -> core.store().removal().noted(noted, PIECE));
      } while (some > 0);
      core.lane()
          .call(_ -> {
            core.store().removal().done(noted);
            return true;
          });
      forgetArchived();
    }
  }
}
