package sotto.blob.s3;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import sotto.blob.Digest;
import sotto.blob.Midstate;
import sotto.blob.Progress;

/// What is kept of an unfinished upload.
///
/// @param progress how far it is, in whole parts
/// @param tail what there is of the part behind these
/// @param generation of the content that it becomes: random, and part of the content's key
/// @param holder who writes it: random, another for each connection
/// @param direct whether clients send the parts themselves; then `progress` says nothing of them
/// @param uploadId of the multipart upload; empty = there is none yet
/// @param etags of the committed parts, in order
record S3Progress(
    Progress progress,
    Optional<Tail> tail,
    long generation,
    long holder,
    boolean direct,
    String uploadId,
    List<String> etags) {
  private static final byte[] MAGIC = {'s', 'o', 't', 't', 'o', 's', '3', 2};
  private static final int MOST_PARTS = 10_000;
  private static final int LONGEST = 2_048;

  /// Longest encoding.
  static final int MAX_LENGTH = 4 << 20;

  /// The beginning of a part, as an object of its own.
  ///
  /// @param length bytes, at least 1
  /// @param sha256 of these bytes: an object of others is another connection's
  /// @param midstate the SHA-256 of everything up to their end
  record Tail(long length, Digest sha256, Midstate midstate) {
    Tail {
      if (length < 1) {
        throw new IllegalArgumentException("a tail is some bytes");
      }
    }
  }

  S3Progress {
    etags = List.copyOf(etags);
    if (tail.map(Tail::length).orElse(0L) > progress.record().size() - progress.committed()) {
      throw new IllegalArgumentException("a tail of more than the blob lacks");
    }
  }

  /// One that nothing is committed of.
  static S3Progress none(Progress progress, long generation, long holder, boolean direct) {
    return new S3Progress(progress, Optional.empty(), generation, holder, direct, "", List.of());
  }

  S3Progress heldBy(long other) {
    return new S3Progress(progress, tail, generation, other, direct, uploadId, etags);
  }

  S3Progress in(String multipart) {
    return new S3Progress(progress, tail, generation, holder, direct, multipart, etags);
  }

  S3Progress with(Optional<Tail> other) {
    return new S3Progress(progress, other, generation, holder, direct, uploadId, etags);
  }

  /// How far it is with the tail.
  Progress reached() {
    return tail.map(t -> progress.next(t.length(), t.midstate())).orElse(progress);
  }

  /// After one more part.
  S3Progress next(Progress after, String etag) {
    List<String> all = new ArrayList<>(etags);
    all.add(etag);
    return new S3Progress(after, Optional.empty(), generation, holder, direct, uploadId, all);
  }

  /// The encoded form: seven letters and the version; the progress; the tail's length, or 0, its
  /// SHA-256 and its midstate; generation, holder, direct, upload id and ETags. What has no fixed
  /// length has it before it.
  byte[] encode() {
    byte[] inner = progress.encode();
    byte[] id = uploadId.getBytes(US_ASCII);
    byte[] end = tail.map(S3Progress::encode).orElseGet(() -> new byte[Long.BYTES]);
    int length = MAGIC.length + 4 + inner.length + end.length + 8 + 8 + 1 + 4 + id.length + 4;
    for (String etag : etags) {
      length += 4 + etag.length();
    }
    ByteBuffer buffer = ByteBuffer.allocate(length).put(MAGIC);
    buffer
        .putInt(inner.length)
        .put(inner)
        .put(end)
        .putLong(generation)
        .putLong(holder)
        .put((byte) (direct ? 1 : 0));
    buffer.putInt(id.length).put(id).putInt(etags.size());
    for (String etag : etags) {
      buffer.putInt(etag.length()).put(etag.getBytes(US_ASCII));
    }
    return buffer.array();
  }

  private static byte[] encode(Tail tail) {
    byte[] midstate = tail.midstate().encoded();
    return ByteBuffer.allocate(Long.BYTES + Digest.LENGTH + Integer.BYTES + midstate.length)
        .putLong(tail.length())
        .put(tail.sha256().bytes())
        .putInt(midstate.length)
        .put(midstate)
        .array();
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
      Optional<Tail> tail = tail(buffer);
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
      return new S3Progress(progress, tail, generation, holder, direct, uploadId, etags);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("an upload's progress is cut off", e);
    }
  }

  private static Optional<Tail> tail(ByteBuffer buffer) {
    long length = buffer.getLong();
    if (length == 0) {
      return Optional.empty();
    }
    byte[] sha256 = new byte[Digest.LENGTH];
    buffer.get(sha256);
    return Optional.of(new Tail(length, new Digest(sha256), new Midstate(take(buffer))));
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
