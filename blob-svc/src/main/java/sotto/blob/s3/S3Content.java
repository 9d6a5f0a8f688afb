package sotto.blob.s3;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sotto.blob.BlobName;
import sotto.blob.BlobRecord;
import sotto.blob.BlobStore;

/// A blob that is being read: one request as long as it is read on, another one for a jump.
final class S3Content implements BlobStore.Content {
  private final Bucket bucket;
  private final Visible head;
  private final String key;
  // Where the content begins in the object.
  private final int skip;
  private @Nullable InputStream stream;
  private long at;

  private S3Content(Bucket bucket, BlobName name, Visible head, @Nullable InputStream stream) {
    this.bucket = bucket;
    this.head = head;
    this.key = head.inline() ? Keys.blob(name) : Keys.content(name, head.generation());
    this.skip = head.inline() ? Visible.LENGTH : 0;
    this.stream = stream;
  }

  /// Opens a visible blob.
  ///
  /// @return empty if there is no such blob
  static Optional<BlobStore.Content> open(Bucket bucket, BlobName name) throws IOException {
    Optional<InputStream> found = bucket.stream(Keys.blob(name), 0);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    InputStream stream = found.get();
    boolean used = false;
    try {
      Visible head = Layout.decode(stream.readNBytes(Visible.LENGTH));
      // Small content comes behind, in the same answer.
      used = head.inline();
      return Optional.of(new S3Content(bucket, name, head, used ? stream : null));
    } finally {
      if (!used) {
        stream.close();
      }
    }
  }

  @Override
  public BlobRecord record() {
    return head.record();
  }

  @Override
  public int read(long offset, ByteBuffer into) throws IOException {
    if (offset >= record().size()) {
      return -1;
    }
    if (!into.hasRemaining()) {
      return 0;
    }
    InputStream from = stream;
    if (from == null || at != offset) {
      close();
      from =
          bucket.stream(key, skip + offset)
              .orElseThrow(() -> new IOException("a blob's content is gone"));
      stream = from;
      at = offset;
    }
    int read = read(from, into);
    at += Math.max(0, read);
    return read;
  }

  private static int read(InputStream from, ByteBuffer into) throws IOException {
    try {
      byte[] bytes = new byte[into.remaining()];
      // Whole chunks, as a file gives them.
      int read = from.readNBytes(bytes, 0, bytes.length);
      into.put(bytes, 0, read);
      return read == 0 ? -1 : read;
    } catch (IOException e) {
      throw S3Failures.away("a blob's content broke off", e);
    }
  }

  @Override
  public void close() throws IOException {
    InputStream open = stream;
    stream = null;
    if (open != null) {
      open.close();
    }
  }
}
