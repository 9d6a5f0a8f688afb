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
/// Thread-safe; an [Upload], a [Parts] or a [Content] is for one thread at a time. Calls block. An
/// [IOException] means that the store does not work now ([StoreFullException]: it has no room,
/// [StoreAwayException]: it cannot be reached, [StoreTakenException]: another process goes on with
/// the upload); after one from a write the upload can only be closed.
public interface BlobStore extends AutoCloseable {
  /// Begins a small blob that nobody sees yet, and of which nothing is left if this process ends.
  ///
  /// @param name the name it will have; several uploads may have the same
  /// @param record kept beside the content
  /// @return open; close it in any case
  Upload begin(BlobName name, BlobRecord record) throws IOException;

  /// Begins an upload in parts, in place of an unfinished one of that name. In one process one
  /// upload in parts is open for a name: that is the caller's to see to. Another process may have
  /// one too: then neither harms the other, and one of them may fail.
  ///
  /// @param record as it is now; the commit says it anew
  /// @param partSize bytes of every part but the last
  /// @return open; close it in any case
  Parts start(BlobName name, BlobRecord record, int partSize) throws IOException;

  /// How far an unfinished upload in parts is.
  ///
  /// @return empty if nothing of one is kept
  Optional<Progress> progress(BlobName name) throws IOException;

  /// Goes on with an unfinished upload in parts.
  ///
  /// @return open, to be closed; empty if nothing of one is kept
  Optional<Parts> resume(BlobName name) throws IOException;

  /// Forgets an unfinished upload in parts and removes what there is of it. Repeatable.
  void discard(BlobName name) throws IOException;

  /// Unfinished uploads in parts that nobody has added to since an instant and that are not open
  /// here.
  ///
  /// @param limit at most so many
  List<BlobName> unfinished(Instant before, int limit) throws IOException;

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

  /// Changes, durably, when a visible blob expires. Nothing else of it changes. The caller sees to
  /// it that the blob is not deleted at the same time.
  ///
  /// @return false when there is none
  boolean renew(BlobName name, long expiresAtMillis) throws IOException;

  /// Removes a blob. Repeatable after whatever broke it off.
  ///
  /// @return whether there was one
  boolean delete(BlobName name) throws IOException;

  /// Takes a visible blob out of sight, durably, and remembers that it is to be removed: it is
  /// among the [#withdrawn] until it has been [#purge]d.
  ///
  /// @return what was kept beside it, also if it was withdrawn before and not purged yet; empty
  ///   when there is none
  Optional<BlobRecord> withdraw(BlobName name) throws IOException;

  /// Blobs that were withdrawn and not purged yet.
  ///
  /// @param limit at most so many
  List<Withdrawn> withdrawn(int limit) throws IOException;

  /// Removes what is left of a withdrawn blob. Repeatable.
  void purge(BlobName name) throws IOException;

  /// Visible blobs of a shelf that may have expired: of those in a page of the order of their
  /// names, the ones that were not last changed after an instant, as far as that can be told
  /// without opening them.
  ///
  /// @param after names above this one; empty = from the first
  /// @param limit how many are looked at, at most
  Page old(Shelf shelf, Optional<BlobName> after, int limit, Instant changedBefore)
      throws IOException;

  /// The visible blobs of a shelf in the order of their names.
  ///
  /// @param after names above this one; empty = from the first
  /// @param limit at most so many, at least 1
  /// @return fewer than the limit only at the end
  List<BlobName> list(Shelf shelf, Optional<BlobName> after, int limit) throws IOException;

  /// Removes what uploads have left behind that nobody can go on with, were last written to before
  /// an instant, and are not under way.
  ///
  /// @return how many
  int removeAbandoned(Instant before) throws IOException;

  /// How clients exchange contents with the store themselves.
  ///
  /// @return empty if they cannot
  Optional<DirectTransfers> direct();

  /// How many bytes may still be stored; the largest long where nobody knows.
  long freeBytes() throws IOException;

  /// Ends the store's use; uploads under way are dropped.
  @Override
  void close() throws IOException;

  /// Some blobs of a shelf.
  ///
  /// @param last where the next page begins; empty if there is none
  record Page(List<BlobName> names, Optional<BlobName> last) {
    /// Copies the names.
    public Page {
      names = List.copyOf(names);
    }
  }

  /// A blob that is out of sight and not removed yet.
  ///
  /// @param record what was kept beside it
  record Withdrawn(BlobName name, BlobRecord record) {}

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

  /// A blob that is being written part by part. Closed without a commit, what has been kept stays,
  /// and it can be gone on with from there.
  interface Parts extends AutoCloseable {
    /// How far it is.
    Progress progress();

    /// Makes it an unfinished upload that is known to the store, although nothing is kept.
    void remember() throws IOException;

    /// Appends bytes to the part that is being written.
    ///
    /// @param bytes all that remain are taken; never more than the part lacks
    void write(ByteBuffer bytes) throws IOException;

    /// Makes durable what has been written: a whole part when it is full, and what there is of one
    /// when nobody goes on writing. A store may have to write the latter again with the rest of the
    /// part.
    ///
    /// @param midstate the SHA-256 of everything up to here
    void keep(Midstate midstate) throws IOException;

    /// Makes all of it durable, the blob visible, and that durable, in place of one that has the
    /// name.
    ///
    /// @param record kept beside the content
    void commit(BlobRecord record) throws IOException;

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
