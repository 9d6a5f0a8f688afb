package sotto.crypto;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import sotto.chain.Bytes;

/// A key that an account gives its contacts so that they may see its presence; servers get only its
/// hash.
public final class AccessKey {
  /// The size in bytes.
  public static final int LENGTH = 16;

  private final byte[] value;

  private AccessKey(byte[] value) {
    this.value = value;
  }

  /// Takes the 16 bytes of a key.
  ///
  /// @throws IllegalArgumentException if there are not exactly 16
  public static AccessKey of(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("an access key has 16 bytes, not " + bytes.length);
    }
    return new AccessKey(bytes.clone());
  }

  /// A new key.
  public static AccessKey generate(SecureRandom random) {
    byte[] bytes = new byte[LENGTH];
    random.nextBytes(bytes);
    return new AccessKey(bytes);
  }

  /// A copy of the 16 secret bytes.
  public byte[] bytes() {
    return value.clone();
  }

  /// What servers may know: the SHA-256 of the key.
  public Bytes hash() {
    try {
      return Bytes.of(MessageDigest.getInstance("SHA-256").digest(value));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  /// Compares in constant time.
  @Override
  public boolean equals(Object other) {
    return other instanceof AccessKey k && MessageDigest.isEqual(value, k.value);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(value);
  }

  @Override
  public String toString() {
    return "AccessKey[" + LENGTH + " bytes]";
  }
}
