package sotto.blob;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/// How far an upload in parts is.
///
/// @param record of the blob that it is to become; its expiry may be another in the end
/// @param partSize of every part but the last, bytes
/// @param committed how many bytes are durable, perhaps all
/// @param midstate the SHA-256 of these
public record Progress(BlobRecord record, int partSize, long committed, Midstate midstate) {
  private static final byte[] MAGIC = {'s', 'o', 't', 't', 'o', 'u', 'p', 1};
  private static final int FIXED =
      MAGIC.length + BlobRecord.LENGTH + Integer.BYTES + Long.BYTES + Integer.BYTES;

  /// Checks the bounds.
  ///
  /// @throws IllegalArgumentException if they are broken
  public Progress {
    if (partSize < 1 || committed < 0 || committed > record.size()) {
      throw new IllegalArgumentException("progress is some of the blob's bytes");
    }
  }

  /// Where the part ends that the next byte is in.
  public long partEnd() {
    return Math.min((committed / partSize + 1) * partSize, record.size());
  }

  /// Nothing is committed.
  public static Progress none(BlobRecord record, int partSize) {
    return new Progress(record, partSize, 0, Midstate.empty());
  }

  /// After some more bytes.
  ///
  /// @param now the SHA-256 of all up to there
  public Progress next(long bytes, Midstate now) {
    return new Progress(record, partSize, committed + bytes, now);
  }

  /// The encoded form: eight letters and the version, the record, part size, committed bytes, the
  /// length of the midstate, it, and a CRC-32C of all before.
  public byte[] encode() {
    byte[] state = midstate.encoded();
    ByteBuffer buffer =
        ByteBuffer.allocate(FIXED + state.length + Integer.BYTES)
            .put(MAGIC)
            .put(record.encode())
            .putInt(partSize)
            .putLong(committed)
            .putInt(state.length)
            .put(state);
    return buffer.putInt(crc(buffer.array(), buffer.position())).array();
  }

  /// Reads the encoded form.
  ///
  /// @throws IllegalArgumentException if these bytes are not one
  public static Progress decode(byte[] bytes) {
    int end = bytes.length - Integer.BYTES;
    if (end <= FIXED
        || end > FIXED + Midstate.MAX_LENGTH
        || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
        || ByteBuffer.wrap(bytes).getInt(end) != crc(bytes, end)) {
      throw new IllegalArgumentException("not an upload's progress, or damaged");
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes, MAGIC.length, end - MAGIC.length);
    byte[] record = new byte[BlobRecord.LENGTH];
    buffer.get(record);
    int partSize = buffer.getInt();
    long committed = buffer.getLong();
    byte[] state = new byte[buffer.remaining() - Integer.BYTES];
    if (buffer.getInt() != state.length) {
      throw new IllegalArgumentException("an upload's progress is damaged");
    }
    buffer.get(state);
    return new Progress(BlobRecord.decode(record), partSize, committed, new Midstate(state));
  }

  private static int crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
