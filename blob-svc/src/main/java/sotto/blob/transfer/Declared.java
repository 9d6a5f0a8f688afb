package sotto.blob.transfer;

import com.google.protobuf.ByteString;
import java.util.Optional;
import sotto.blob.BlobName;
import sotto.blob.BlobRecord;
import sotto.blob.Digest;
import sotto.blob.Shelf;
import sotto.blob.v1.BlobDeclaration;
import sotto.chain.AccountId;

/// An upload as a client declares it, and what follows for its id.
///
/// @param account whose upload it is
/// @param id of the blob that it becomes, 32 bytes
/// @param name under which the blob is stored
/// @param size bytes, unsigned
/// @param sha256 of the content
record Declared(AccountId account, ByteString id, BlobName name, long size, Digest sha256) {
  static Declared of(AccountId account, BlobDeclaration blob, BlobIds ids) {
    Shelf shelf = Shelf.of(blob.getStorageClass());
    byte[] id = ids.id(account, blob.getUploadId().toByteArray(), shelf);
    return new Declared(
        account,
        ByteString.copyFrom(id),
        BlobIds.name(shelf, id),
        blob.getSize(),
        new Digest(blob.getSha256().toByteArray()));
  }

  /// Whether a quota counts it.
  boolean kept() {
    return name.shelf() == Shelf.KEPT;
  }

  /// What is to be kept beside the content.
  ///
  /// @param expiry of a blob in transit, milliseconds since 1970
  BlobRecord record(long expiry) {
    return new BlobRecord(
        size, sha256, kept() ? 0 : expiry, kept() ? Optional.of(account) : Optional.empty());
  }

  /// Whether a record says the same.
  boolean matches(BlobRecord record) {
    return record.holds(size, sha256);
  }
}
