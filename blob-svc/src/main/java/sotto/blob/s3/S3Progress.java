package sotto.blob.s3;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import sotto.blob.Progress;

/// What is kept of an unfinished upload.
///
/// @param progress how far it is
/// @param generation of the content that it becomes: random, and part of the content's key
/// @param holder who writes it: random, another for each connection
/// @param direct whether clients send the parts themselves; then `progress` says nothing of them
/// @param uploadId of the multipart upload; empty = there is none yet
/// @param etags of the committed parts, in order
record S3Progress(
    Progress progress,
    long generation,
    long holder,
    boolean direct,
    String uploadId,
    List<String> etags) {
  private static final byte[] MAGIC = {'s', 'o', 't', 't', 'o', 's', '3', 1};
  private static final int MOST_PARTS = 10_000;
  private static final int LONGEST = 2_048;

  /// Longest encoding.
  static final int MAX_LENGTH = 4 << 20;

  S3Progress {
    etags = List.copyOf(etags);
  }

  /// One that nothing is committed of.
  static S3Progress none(Progress progress, long generation, long holder, boolean direct) {
    return new S3Progress(progress, generation, holder, direct, "", List.of());
  }

  S3Progress heldBy(long other) {
    return new S3Progress(progress, generation, other, direct, uploadId, etags);
  }

  S3Progress in(String multipart) {
    return new S3Progress(progress, generation, holder, direct, multipart, etags);
  }

  /// After one more part.
  S3Progress next(Progress after, String etag) {
    List<String> all = new ArrayList<>(etags);
    all.add(etag);
    return new S3Progress(after, generation, holder, direct, uploadId, all);
  }

  /// The encoded form: seven letters and the version; the progress; generation, holder, direct,
  /// upload id and ETags. Texts and the progress have their length before them.
  byte[] encode() {
    byte[] inner = progress.encode();
    byte[] id = uploadId.getBytes(US_ASCII);
    int length = MAGIC.length + 4 + inner.length + 8 + 8 + 1 + 4 + id.length + 4;
    for (String etag : etags) {
      length += 4 + etag.length();
    }
    ByteBuffer buffer = ByteBuffer.allocate(length).put(MAGIC);
    buffer
        .putInt(inner.length)
        .put(inner)
        .putLong(generation)
        .putLong(holder)
        .put((byte) (direct ? 1 : 0));
    buffer.putInt(id.length).put(id).putInt(etags.size());
    for (String etag : etags) {
      buffer.putInt(etag.length()).put(etag.getBytes(US_ASCII));
    }
    return buffer.array();
  }

  /// Reads the encoded form.
  ///
  /// @throws IllegalArgumentException if these bytes are not one
  static S3Progress decode(byte[] bytes) {
    if (bytes.length < MAGIC.length
        || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw new IllegalArgumentException("not an upload's progress");
    }
    try {
      ByteBuffer buffer = ByteBuffer.wrap(bytes, MAGIC.length, bytes.length - MAGIC.length);
      Progress progress = Progress.decode(take(buffer));
      long generation = buffer.getLong();
      long holder = buffer.getLong();
      boolean direct = buffer.get() == 1;
      String uploadId = new String(take(buffer), US_ASCII);
      int parts = buffer.getInt();
      if (parts < 0 || parts > MOST_PARTS) {
        throw new IllegalArgumentException("an upload's progress is damaged");
      }
      List<String> etags = new ArrayList<>(parts);
      for (int i = 0; i < parts; i++) {
        etags.add(new String(take(buffer), US_ASCII));
      }
      return new S3Progress(progress, generation, holder, direct, uploadId, etags);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("an upload's progress is cut off", e);
    }
  }

  private static byte[] take(ByteBuffer buffer) {
    int length = buffer.getInt();
    if (length < 0 || length > LONGEST) {
      throw new IllegalArgumentException("an upload's progress is damaged");
    }
    byte[] bytes = new byte[length];
    buffer.get(bytes);
    return bytes;
  }
}
