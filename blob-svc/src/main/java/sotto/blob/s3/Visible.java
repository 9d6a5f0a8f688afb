package sotto.blob.s3;

import java.nio.ByteBuffer;
import java.util.Arrays;
import sotto.blob.BlobRecord;

/// The head of the object that makes a blob visible.
///
/// @param record what is kept beside the content
/// @param generation of the content's own object; 0 = the content follows the head
record Visible(BlobRecord record, long generation) {
  /// Its length in bytes.
  static final int LENGTH = BlobRecord.LENGTH + Long.BYTES;

  boolean inline() {
    return generation == 0;
  }

  byte[] encode() {
    return ByteBuffer.allocate(LENGTH).put(record.encode()).putLong(generation).array();
  }

  /// @param bytes begin with a head
  /// @throws IllegalArgumentException if they do not
  static Visible decode(byte[] bytes) {
    if (bytes.length < LENGTH) {
      throw new IllegalArgumentException("a blob's record is cut off");
    }
    return new Visible(
        BlobRecord.decode(Arrays.copyOf(bytes, BlobRecord.LENGTH)),
        ByteBuffer.wrap(bytes).getLong(BlobRecord.LENGTH));
  }
}
