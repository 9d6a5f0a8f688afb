package sotto.chain;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/// An immutable sequence of bytes with value semantics; prints as hex, so it never holds a secret.
public final class Bytes {
  private final byte[] value;

  private Bytes(byte[] value) {
    this.value = value;
  }

  /// Copies the given bytes.
  public static Bytes of(byte[] value) {
    return new Bytes(value.clone());
  }

  /// Reads hex digits of either case, two for each byte.
  ///
  /// @throws IllegalArgumentException if the text is anything else
  public static Bytes parse(String hex) {
    return new Bytes(HexFormat.of().parseHex(hex));
  }

  /// The number of bytes.
  public int length() {
    return value.length;
  }

  /// A copy of the bytes.
  public byte[] toArray() {
    return value.clone();
  }

  /// Compares in a time that depends on the lengths only.
  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes b && MessageDigest.isEqual(value, b.value);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(value);
  }

  /// Lower-case hex.
  @Override
  public String toString() {
    return HexFormat.of().formatHex(value);
  }
}
