package sotto.group;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/// The name of a group, here as two big-endian halves: the first 16 bytes of a SHA-256.
///
/// ```
/// id = first 16 of SHA-256(u16 length ‖ "sotto/group-id/1" ‖ founding change, signature included)
/// ```
///
/// @param high bytes 0 to 7
/// @param low bytes 8 to 15
public record GroupId(long high, long low) {
  /// The size in bytes.
  public static final int LENGTH = 16;

  /// What a founding change names, as its group has no name yet: zeros.
  public static final GroupId NONE = new GroupId(0, 0);

  /// Takes the 16 bytes of an id.
  ///
  /// @throws IllegalArgumentException if there are not exactly 16
  public GroupId(byte[] bytes) {
    this(half(bytes, 0), half(bytes, Long.BYTES));
  }

  private static long half(byte[] bytes, int offset) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("a group id has 16 bytes, not " + bytes.length);
    }
    return ByteBuffer.wrap(bytes).getLong(offset);
  }

  /// Reads what [#toString] writes: 32 hex digits, of either case.
  ///
  /// @throws IllegalArgumentException if the text is anything else
  public static GroupId parse(String hex) {
    return new GroupId(HexFormat.of().parseHex(hex));
  }

  static GroupId of(byte[] foundingChange) {
    ChangeHash hash = ChangeHash.of(Domain.GROUP_ID.before(foundingChange));
    return new GroupId(Arrays.copyOf(hash.bytes(), LENGTH));
  }

  /// A fresh array of the 16 bytes.
  public byte[] bytes() {
    return ByteBuffer.allocate(LENGTH).putLong(high).putLong(low).array();
  }

  /// 32 lower-case hex digits.
  @Override
  public String toString() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(high) + hex.toHexDigits(low);
  }
}
