package sotto.store.cold;

import com.google.protobuf.ByteString;
import java.util.List;
import sotto.chain.AccountId;
import sotto.chain.Bytes;

/// Where cold parts of mailboxes lie: blob-svc, or a fake. They have no owner and no order. Beside
/// them lies what accounts keep, of which it only knows how to delete it.
///
/// It does not promise to answer, nor that what it did not answer has not been done: a put or a
/// delete whose answer was lost may be done, then or a little later. Every implementation passes
/// `ColdStoreContract`. Thread-safe; calls block, for half a minute at most, and do not throw.
public interface ColdStore {
  /// What became of a segment that was to be kept.
  enum Put {
    /// It is durable.
    KEPT,
    /// The name has other bytes; nothing was done.
    MISMATCH,
    /// Not known.
    UNAVAILABLE
  }

  /// What is under a name.
  sealed interface Got {}

  /// These bytes. Whether they are the ones that were put is the caller's to check.
  ///
  /// @param bytes of the segment
  record Found(ByteString bytes) implements Got {}

  /// Surely nothing, just now.
  record Nothing() implements Got {}

  /// Not known.
  record Unavailable() implements Got {}

  /// Keeps a segment. With the same bytes it may be done again.
  ///
  /// @param name never used for others
  /// @param bytes at most [Segment#MOST_BYTES]
  /// @param until when it may go by itself, should it never be deleted, milliseconds since 1970
  Put put(SegmentName name, ByteString bytes, long until);

  /// Reads a segment.
  Got get(SegmentName name);

  /// Deletes segments; those that are not there are no error.
  ///
  /// @param names 1 to 1,000
  /// @return whether it is known to be done
  boolean delete(List<SegmentName> names);

  /// Deletes blobs that an account kept, which has ended; those that are not there, or another's,
  /// are no error.
  ///
  /// @param names in the blob store, 1 to 100, each of 32 bytes
  /// @return whether it is known to be done
  boolean deleteKept(AccountId account, List<Bytes> names);
}
