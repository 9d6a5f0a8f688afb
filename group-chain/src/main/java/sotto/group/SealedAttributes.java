package sotto.group;

import sotto.chain.Bytes;

/// Title, description and picture, sealed under a key that servers do not know; opaque here.
///
/// @param value 1 to 4,096 bytes
public record SealedAttributes(Bytes value) {
  /// The largest size in bytes.
  public static final int MAX_LENGTH = 4096;

  /// Checks the size.
  ///
  /// @throws IllegalArgumentException if it is out of its bounds
  public SealedAttributes {
    if (value.length() < 1 || value.length() > MAX_LENGTH) {
      throw new IllegalArgumentException("sealed attributes of " + value.length() + " bytes");
    }
  }

  /// Copies the bytes.
  ///
  /// @throws IllegalArgumentException if there are too few or too many
  public SealedAttributes(byte[] bytes) {
    this(Bytes.of(bytes));
  }

  /// A copy of the bytes.
  public byte[] bytes() {
    return value.toArray();
  }

  /// Names the size only.
  @Override
  public String toString() {
    return "SealedAttributes[" + value.length() + " bytes]";
  }
}
