package sotto.store.cold;

import java.util.random.RandomGenerator;
import sotto.chain.Bytes;

/// The name of a segment's blob: 32 random bytes, never used for other bytes.
///
/// @param bytes 32 of them
public record SegmentName(Bytes bytes) {
  /// The length in bytes.
  public static final int LENGTH = 32;

  /// Checks the length.
  ///
  /// @throws IllegalArgumentException if it is another
  public SegmentName {
    if (bytes.length() != LENGTH) {
      throw new IllegalArgumentException("the name of a segment has 32 bytes");
    }
  }

  /// The name that a row has.
  public static SegmentName of(byte[] bytes) {
    return new SegmentName(Bytes.of(bytes));
  }

  /// A new one.
  public static SegmentName random(RandomGenerator random) {
    byte[] bytes = new byte[LENGTH];
    random.nextBytes(bytes);
    return of(bytes);
  }

  /// For statements.
  public byte[] toArray() {
    return bytes.toArray();
  }

  /// Hex digits; they say nothing of whose segment it is.
  @Override
  public String toString() {
    return bytes.toString();
  }
}
