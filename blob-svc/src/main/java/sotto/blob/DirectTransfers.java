package sotto.blob;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Contents that clients exchange with an object store themselves. What they send is checked part
/// by part by the store against the digests that were signed, and in the end for number and size;
/// **the digest of the whole is not checked**, which is the receiver's to do.
///
/// Thread-safe; calls block.
public interface DirectTransfers {
  /// Whether a blob of this size may go directly.
  boolean takes(long size);

  /// Begins a direct upload, in place of an unfinished one of that name.
  void start(BlobName name, BlobRecord record, int partSize) throws IOException;

  /// How far a direct upload is: whole parts from the first one on without a gap, bytes; the size
  /// if all are there.
  ///
  /// @return empty if there is no such upload, or it is not a direct one
  Optional<Long> sent(BlobName name) throws IOException;

  /// Signs requests for parts of a direct upload.
  ///
  /// @param first number of the first one, from 0
  /// @param sha256 of that one and those behind it
  /// @return one for each that there is; empty if there is no such upload, or it is not a direct
  ///   one
  List<SignedCall> sign(BlobName name, int first, List<Digest> sha256) throws IOException;

  /// Ends a direct upload and makes the blob visible, if all parts are there and as large as they
  /// were signed.
  ///
  /// @return false if something lacks
  boolean finish(BlobName name, BlobRecord record) throws IOException;

  /// Where a visible blob can be had.
  ///
  /// @return empty if it has to be streamed
  Optional<SignedCall> place(BlobName name) throws IOException;
}
