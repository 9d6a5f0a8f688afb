package sotto.client.internal.engine;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import sotto.client.Event;
import sotto.client.Event.FileProgress.Direction;
import sotto.client.MessageId;
import sotto.client.Progress;
import sotto.client.internal.net.Meter;
import sotto.client.internal.store.Attached;
import sotto.crypto.AttachmentKey;

/// How far the transfers under way are, for those who ask and, a few times a second, for those who
/// listen. Any thread.
final class Transfers {
  private static final long QUIET_NANOS = 200_000_000;

  private record Key(long message, int place) {}

  private final Core core;
  private final Map<Key, Long> uploads = new ConcurrentHashMap<>();

  Transfers(Core core) {
    this.core = core;
  }

  /// Bytes of an own message's file that have left, as far as is known.
  long uploaded(Attached.Entry entry) {
    return entry.blobId().isPresent()
        ? entry.key().plainSize()
        : uploads.getOrDefault(new Key(entry.message(), entry.place()), 0L);
  }

  /// Forgets an upload that is over. One that only broke off keeps what it had until it goes on.
  void ended(long message, int place) {
    uploads.remove(new Key(message, place));
  }

  /// Forgets all uploads of a message that will not be sent.
  void ended(long message) {
    uploads.keySet().removeIf(key -> key.message() == message);
  }

  /// A meter that tells of a transfer.
  ///
  /// @param wanted asked at each step whether to go on
  Meter meter(Attached.Entry entry, MessageId id, Direction direction, Meter wanted) {
    return new Meter() {
      private long told = System.nanoTime() - QUIET_NANOS;

      @Override
      public boolean at(long position) {
        long done = plain(entry.key(), position);
        if (direction == Direction.UPLOAD) {
          uploads.put(new Key(entry.message(), entry.place()), done);
        }
        long now = System.nanoTime();
        if (now - told >= QUIET_NANOS || position == entry.key().ciphertextSize()) {
          told = now;
          tell(entry, id, direction, done);
        }
        return wanted.at(position);
      }
    };
  }

  private void tell(Attached.Entry entry, MessageId id, Direction direction, long done) {
    core.events()
        .live(
            new Event.FileProgress(
                Event.LIVE,
                id,
                entry.place(),
                direction,
                new Progress(done, entry.key().plainSize())));
  }

  /// Bytes of the file that so many bytes of its blob stand for.
  private static long plain(AttachmentKey key, long position) {
    return position >= key.ciphertextSize() ? key.plainSize() : Math.min(key.plainSize(), position);
  }
}
