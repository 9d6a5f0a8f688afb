package sotto.blob.s3;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import sotto.blob.StoreFullException;

/// A part on its way, in a file, so that memory holds no parts and a part can be sent again. The
/// file has no name once it is open; a crash leaves none.
final class Spool implements AutoCloseable {
  private static final int BUFFER = 64 << 10;

  private final RandomAccessFile file;
  private final MessageDigest sha256 = digest("SHA-256");
  private long length;

  /// @param folder where the file is made
  Spool(Path folder) throws IOException {
    Path path = Files.createTempFile(folder, "part", ".spool");
    this.file = new RandomAccessFile(path.toFile(), "rw");
    Files.deleteIfExists(path);
  }

  void write(ByteBuffer bytes) throws IOException {
    sha256.update(bytes.duplicate());
    try {
      while (bytes.hasRemaining()) {
        length += file.getChannel().write(bytes, length);
      }
    } catch (IOException e) {
      // Whatever this disk has, the next part may find room.
      throw new StoreFullException(e);
    }
  }

  /// Appends what comes, up to a length.
  ///
  /// @param most of the file, bytes
  void fill(InputStream in, long most) throws IOException {
    byte[] buffer = new byte[BUFFER];
    for (int read; (read = read(in, buffer, most - length)) > 0; ) {
      write(ByteBuffer.wrap(buffer, 0, read));
    }
  }

  private static int read(InputStream in, byte[] buffer, long most) throws IOException {
    try {
      return in.readNBytes(buffer, 0, (int) Math.min(buffer.length, most));
    } catch (IOException e) {
      throw S3Failures.meaning(e);
    }
  }

  long length() {
    return length;
  }

  /// Its SHA-256 in hex digits, which the signature of a request covers and an S3 checks what comes
  /// against.
  String sha256() {
    return HexFormat.of().formatHex(soFar(sha256));
  }

  /// The file, read from its start.
  RandomAccessFile rewound() throws IOException {
    file.seek(0);
    return file;
  }

  byte[] bytes() throws IOException {
    byte[] all = new byte[Math.toIntExact(length)];
    file.seek(0);
    file.readFully(all);
    return all;
  }

  void clear() throws IOException {
    sha256.reset();
    length = 0;
    file.setLength(0);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private static byte[] soFar(MessageDigest digest) {
    try {
      return ((MessageDigest) digest.clone()).digest();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the digests of the Java platform can be cloned", e);
    }
  }

  private static MessageDigest digest(String name) {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + name, e);
    }
  }
}
