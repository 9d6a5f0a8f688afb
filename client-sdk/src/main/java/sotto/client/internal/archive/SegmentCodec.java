package sotto.client.internal.archive;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.client.internal.store.Lane;
import sotto.client.internal.store.SegmentRow;
import sotto.client.internal.store.Settings;
import sotto.crypto.ArchiveKey;
import sotto.crypto.AttachmentDamaged;

/// Segments to blobs and back, under the account's archive key, which is made when it is first
/// needed and never changes.
final class SegmentCodec {
  private static final String KEY = "archive_key";

  private final Lane lane;
  private final Settings settings;
  private final SecureRandom random;

  SegmentCodec(Lane lane, Settings settings, SecureRandom random) {
    this.lane = lane;
    this.settings = settings;
    this.random = random;
  }

  private ArchiveKey key() {
    byte[] kept =
        lane.call(_ -> {
          if (settings.bytes(KEY).isEmpty()) {
            try (ArchiveKey fresh = ArchiveKey.generate(random)) {
              settings.put(KEY, fresh.export());
            }
          }
          return settings.bytes(KEY).orElseThrow();
        });
    try {
      return ArchiveKey.of(kept);
    } finally {
      Arrays.fill(kept, (byte) 0);
    }
  }

  /// The archive key's bytes, for another device of the account.
  byte[] exportKey() {
    try (ArchiveKey key = key()) {
      return key.export();
    }
  }

  /// Takes the archive key from another device of the account.
  ///
  /// @return false if this device has another one, under which something is archived
  boolean importKey(byte[] bytes, boolean empty) {
    return lane.call(_ -> {
      Optional<byte[]> kept = settings.bytes(KEY);
      if (kept.isPresent() && !empty) {
        return Arrays.equals(kept.get(), bytes);
      }
      settings.put(KEY, bytes);
      return true;
    });
  }

  /// Whose archive this is.
  AccountId owner() {
    return lane.call(_ -> new AccountId(settings.bytes("account_id").orElseThrow()));
  }

  byte[] seal(Segment segment) {
    byte[] plain = SegmentFormat.write(segment);
    try (ArchiveKey key = key()) {
      return key.seal(segment.id(), plain);
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  /// The segment in a blob.
  ///
  /// @return empty if it is none of this account by that id, or of a newer version
  Optional<Segment> open(Bytes segmentId, byte[] blob) {
    AccountId owner = owner();
    try (ArchiveKey key = key()) {
      return SegmentFormat.read(key.open(segmentId, blob))
          .filter(s -> s.id().equals(segmentId) && s.owner().equals(owner));
    } catch (AttachmentDamaged e) {
      return Optional.empty();
    }
  }

  /// The segment in a blob, if it is the one that a row stands for.
  Optional<Segment> open(SegmentRow row, byte[] blob) {
    return open(row.segmentId(), blob)
        .filter(s ->
            s.settled()
                && s.peer().id().equals(row.peer())
                && s.messages().size() == row.count()
                && s.messages().getFirst().place().equals(row.first())
                && s.messages().getLast().place().equals(row.last()));
  }
}
