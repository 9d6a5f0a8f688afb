package sotto.group;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import sotto.chain.Bytes;

/// The SHA-256 of a change's bytes, signature included.
///
/// @param value the 32 bytes
public record ChangeHash(Bytes value) {
  /// The size in bytes.
  public static final int LENGTH = 32;

  /// What the founding change names as its predecessor: zeros.
  public static final ChangeHash NONE = new ChangeHash(new byte[LENGTH]);

  /// Checks the size.
  ///
  /// @throws IllegalArgumentException if it is not 32 bytes
  public ChangeHash {
    if (value.length() != LENGTH) {
      throw new IllegalArgumentException("a change hash has 32 bytes, not " + value.length());
    }
  }

  /// Takes the 32 bytes of a hash.
  ///
  /// @throws IllegalArgumentException if there are not exactly 32
  public ChangeHash(byte[] bytes) {
    this(Bytes.of(bytes));
  }

  static ChangeHash of(byte[] change) {
    try {
      return new ChangeHash(MessageDigest.getInstance("SHA-256").digest(change));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  /// A copy of the 32 bytes.
  public byte[] bytes() {
    return value.toArray();
  }
}
