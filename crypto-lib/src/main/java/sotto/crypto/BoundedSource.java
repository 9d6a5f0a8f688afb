package sotto.crypto;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/// A blob as it comes in, held to its size; remembers its own failure, which is not the blob's
/// damage.
final class BoundedSource extends FilterInputStream {
  private long left;
  private @Nullable IOException failure;

  BoundedSource(InputStream in, long size) {
    super(in);
    this.left = size;
  }

  void rethrowFailure() throws IOException {
    if (failure != null) {
      throw failure;
    }
  }

  /// Checks that the blob ends where its size says.
  void requireEnd() throws IOException {
    if (left > 0 || in.read() >= 0) {
      throw new AttachmentDamaged("the blob has another size than the message says");
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (left == 0) {
      return -1;
    }
    try {
      int read = in.read(bytes, offset, (int) Math.min(left, length));
      left -= Math.max(read, 0);
      return read;
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  @Override
  public long skip(long count) throws IOException {
    throw new IOException("a blob is read from end to end");
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  /// Leaves the stream below open.
  @Override
  public void close() {}
}
