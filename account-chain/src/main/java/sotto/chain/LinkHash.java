package sotto.chain;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// The SHA-256 of a link's bytes, signatures included.
///
/// @param value the 32 bytes
public record LinkHash(Bytes value) {
  /// The size in bytes.
  public static final int LENGTH = 32;

  /// What link 0 names as its predecessor: zeros.
  public static final LinkHash NONE = new LinkHash(new byte[LENGTH]);

  /// Checks the size.
  ///
  /// @throws IllegalArgumentException if it is not 32 bytes
  public LinkHash {
    if (value.length() != LENGTH) {
      throw new IllegalArgumentException("a link hash has 32 bytes, not " + value.length());
    }
  }

  /// Takes the 32 bytes of a hash.
  ///
  /// @throws IllegalArgumentException if there are not exactly 32
  public LinkHash(byte[] bytes) {
    this(Bytes.of(bytes));
  }

  static LinkHash of(byte[] link) {
    try {
      return new LinkHash(MessageDigest.getInstance("SHA-256").digest(link));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  /// A copy of the 32 bytes.
  public byte[] bytes() {
    return value.toArray();
  }
}
