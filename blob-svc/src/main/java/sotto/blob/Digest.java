package sotto.blob;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A SHA-256.
public final class Digest {
  /// The size in bytes.
  public static final int LENGTH = 32;

  private final byte[] bytes;

  /// Takes a digest's bytes.
  ///
  /// @throws IllegalArgumentException if there are not exactly 32
  public Digest(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("a SHA-256 has 32 bytes, not " + bytes.length);
    }
    this.bytes = bytes.clone();
  }

  /// The digest of some bytes.
  public static Digest of(byte[] content) {
    return new Digest(sha256().digest(content));
  }

  /// A fresh computation.
  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /// A fresh array of the bytes.
  public byte[] bytes() {
    return bytes.clone();
  }

  /// Compares in constant time.
  @Override
  public boolean equals(Object other) {
    return other instanceof Digest digest && MessageDigest.isEqual(bytes, digest.bytes);
  }

  @Override
  public int hashCode() {
    return bytes[0] << 24 | (bytes[1] & 0xff) << 16 | (bytes[2] & 0xff) << 8 | (bytes[3] & 0xff);
  }

  /// 64 lower-case hex digits.
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
