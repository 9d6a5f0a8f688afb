package sotto.blob;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Where blobs live: a folder, or a bucket of an object store.
///
/// A blob is visible when its upload has been committed, whole and durable, and never before.
/// Content is not looked at: size and digest are the caller's to check. Every implementation passes
/// `BlobStoreContract`.
///
/// Thread-safe; an [Upload] or a [Content] is for one thread at a time. Calls block. An
/// [IOException] means that the store does not work now; after one from a write the upload can only
/// be closed.
public interface BlobStore extends AutoCloseable {
  /// Begins a blob that nobody sees yet.
  ///
  /// @param name the name it will have; several uploads may have the same
  /// @param record kept beside the content
  /// @return open; close it in any case
  Upload begin(BlobName name, BlobRecord record) throws IOException;

  /// The record of a visible blob, once it is sure that the blob is durable: also when it became
  /// visible only a moment ago.
  ///
  /// @return empty when there is none
  Optional<BlobRecord> confirm(BlobName name) throws IOException;

  /// Opens a visible blob. It can be read to its end even if it is deleted or replaced meanwhile,
  /// in a folder at least; a store that cannot do that fails the read.
  ///
  /// @return open, to be closed; empty when there is none
  Optional<Content> open(BlobName name) throws IOException;

  /// Removes a blob.
  ///
  /// @return whether there was one
  boolean delete(BlobName name) throws IOException;

  /// The visible blobs of a shelf in the order of their names.
  ///
  /// @param after names above this one; empty = from the first
  /// @param limit at most so many, at least 1
  /// @return fewer than the limit only at the end
  List<BlobName> list(Shelf shelf, Optional<BlobName> after, int limit) throws IOException;

  /// Removes what uploads have left behind that were last written to before an instant and are not
  /// under way.
  ///
  /// @return how many
  int removeAbandoned(Instant before) throws IOException;

  /// How many bytes may still be stored; the largest long where nobody knows.
  long freeBytes() throws IOException;

  /// Ends the store's use; uploads under way are dropped.
  @Override
  void close() throws IOException;

  /// A blob that is being written. Closed without a commit, nothing of it is left.
  interface Upload extends AutoCloseable {
    /// Appends bytes.
    ///
    /// @param bytes all that remain are taken
    void write(ByteBuffer bytes) throws IOException;

    /// Makes the blob durable, then visible, then that durable, in place of one that has the name.
    void commit() throws IOException;

    @Override
    void close() throws IOException;
  }

  /// A blob that is being read.
  interface Content extends AutoCloseable {
    /// What is kept beside it.
    BlobRecord record();

    /// Reads some bytes.
    ///
    /// @param offset of the first, from the start of the content
    /// @param into filled from its position; at least one byte unless it is full
    /// @return how many; -1 at the end of the content
    int read(long offset, ByteBuffer into) throws IOException;

    @Override
    void close() throws IOException;
  }
}
