package sotto.client.internal.engine;

import sotto.client.internal.archive.Archives;

/// Takes messages away for good, in small transactions: others use the lane between them. Any
/// thread but the lane.
final class Removals {
  private static final int PIECE = 200;

  private final Core core;
  private final Archives archives;
  private final Uploads uploads;

  Removals(Core core, Archives archives, Uploads uploads) {
    this.core = core;
    this.archives = archives;
    this.uploads = uploads;
  }

  /// All messages of a conversation up to now.
  int conversation(long contact) {
    archives.forget(contact);
    core.lane().call(_ -> core.store().removal().uploading(contact)).forEach(uploads::cancelled);
    long last = core.lane().call(_ -> core.store().removal().newest(contact));
    int removed = 0;
    int some;
    do {
      some = core.lane().call(_ -> core.store().removal().conversation(contact, last, PIECE));
      removed += some;
    } while (some > 0);
    core.progress().raise();
    if (core.session().isPresent()) {
      core.inBackground("archive", archives::deleteForgotten);
    }
    return removed;
  }
}
