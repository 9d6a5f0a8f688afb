package sotto.client.internal.files;

import java.io.IOException;

/// The bytes of a file that is to be sent. Tells its own failure apart from that of what it is
/// copied to.
///
/// @param bytes the file's
public record SourceFile(ByteSource bytes) implements ByteSource {
  /// The file cannot be read any more.
  public static final class Failed extends IOException {
    private static final long serialVersionUID = 1;

    Failed(IOException cause) {
      super("the file to be sent cannot be read", cause);
    }
  }

  @Override
  public long size() throws IOException {
    try {
      return bytes.size();
    } catch (IOException e) {
      throw new Failed(e);
    }
  }

  @Override
  public int read(long position, byte[] into, int offset, int length) throws IOException {
    try {
      return bytes.read(position, into, offset, length);
    } catch (IOException e) {
      throw new Failed(e);
    }
  }
}
