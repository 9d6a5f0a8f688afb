package sotto.blob.s3;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import sotto.blob.StoreFullException;

/// A part on its way, in a file, so that memory holds no parts and a part can be sent again. The
/// file has no name once it is open; a crash leaves none.
final class Spool implements AutoCloseable {
  private final RandomAccessFile file;
  private final MessageDigest md5 = digest("MD5");
  private final MessageDigest sha256 = digest("SHA-256");

  /// @param folder where the file is made
  Spool(Path folder) throws IOException {
    Path path = Files.createTempFile(folder, "part", ".spool");
    this.file = new RandomAccessFile(path.toFile(), "rw");
    Files.deleteIfExists(path);
  }

  void write(ByteBuffer bytes) throws IOException {
    md5.update(bytes.duplicate());
    sha256.update(bytes.duplicate());
    try {
      while (bytes.hasRemaining()) {
        file.getChannel().write(bytes);
      }
    } catch (IOException e) {
      // Whatever this disk has, the next part may find room.
      throw new StoreFullException(e);
    }
  }

  long length() throws IOException {
    return file.length();
  }

  /// Its MD5 in Base64, which every S3 checks what comes against. No protection against people.
  String md5() {
    return Base64.getEncoder().encodeToString(soFar(md5));
  }

  /// Its SHA-256 in hex digits, which the signature of a request covers.
  String sha256() {
    return HexFormat.of().formatHex(soFar(sha256));
  }

  /// The file, read from its start.
  RandomAccessFile rewound() throws IOException {
    file.seek(0);
    return file;
  }

  byte[] bytes() throws IOException {
    byte[] all = new byte[Math.toIntExact(file.length())];
    file.seek(0);
    file.readFully(all);
    return all;
  }

  void clear() throws IOException {
    md5.reset();
    sha256.reset();
    file.setLength(0);
    file.seek(0);
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
