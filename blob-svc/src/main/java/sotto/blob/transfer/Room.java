package sotto.blob.transfer;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import sotto.blob.BlobStore;

/// Keeps a store from running full: an upload goes on only if all that it lacks fits beside what
/// all others that are under way lack, with a margin left. Committed parts are in the store and
/// count there. Thread-safe.
final class Room {
  private final BlobStore store;
  private final long margin;
  private final AtomicLong promised = new AtomicLong();

  /// @param margin bytes that are never given away
  Room(BlobStore store, long margin) {
    this.store = store;
    this.margin = margin;
  }

  /// Sets bytes aside.
  ///
  /// @return false if there is not so much room; else [#release] them as they are committed, and
  ///   the rest when the upload is over
  boolean reserve(long bytes) throws IOException {
    long all = promised.addAndGet(bytes);
    boolean granted = false;
    try {
      // What the parts under way have written already counts twice: on the safe side.
      granted = store.freeBytes() - margin >= all;
      return granted;
    } finally {
      if (!granted) {
        release(bytes);
      }
    }
  }

  void release(long bytes) {
    promised.addAndGet(-bytes);
  }
}
