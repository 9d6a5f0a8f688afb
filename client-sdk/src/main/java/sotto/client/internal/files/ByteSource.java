package sotto.client.internal.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// Bytes that can be read at any place.
public interface ByteSource {
  /// How many there are.
  long size() throws IOException;

  /// Reads some.
  ///
  /// @return how many, at least one; -1 at the end
  int read(long position, byte[] into, int offset, int length) throws IOException;

  /// A file's bytes; not closed by anybody here.
  static ByteSource of(FileChannel file) {
    return new ByteSource() {
      @Override
      public long size() throws IOException {
        return file.size();
      }

      @Override
      public int read(long position, byte[] into, int offset, int length) throws IOException {
        return file.read(ByteBuffer.wrap(into, offset, length), position);
      }
    };
  }

  /// These bytes.
  static ByteSource of(byte[] bytes) {
    return new ByteSource() {
      @Override
      public long size() {
        return bytes.length;
      }

      @Override
      public int read(long position, byte[] into, int offset, int length) {
        if (position >= bytes.length) {
          return -1;
        }
        int count = (int) Math.min(length, bytes.length - position);
        System.arraycopy(bytes, (int) position, into, offset, count);
        return count;
      }
    };
  }
}
