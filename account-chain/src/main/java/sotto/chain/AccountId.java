package sotto.chain;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/// The name of an account: the first 16 bytes of the SHA-256 of its link 0, here as two big-endian
/// halves.
///
/// @param high bytes 0 to 7
/// @param low bytes 8 to 15
public record AccountId(long high, long low) implements Comparable<AccountId> {
  /// The size in bytes.
  public static final int LENGTH = 16;

  /// The number of buckets: the unit of ownership on the servers.
  public static final int BUCKETS = 1024;

  private static final int BUCKET_BITS = 10;

  /// Takes the 16 bytes of an id.
  ///
  /// @throws IllegalArgumentException if there are not exactly 16
  public AccountId(byte[] bytes) {
    this(half(bytes, 0), half(bytes, Long.BYTES));
  }

  private static long half(byte[] bytes, int offset) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("an account id has 16 bytes, not " + bytes.length);
    }
    return ByteBuffer.wrap(bytes).getLong(offset);
  }

  /// Reads what [#toString] writes: 32 hex digits, of either case.
  ///
  /// @throws IllegalArgumentException if the text is anything else
  public static AccountId parse(String hex) {
    return new AccountId(HexFormat.of().parseHex(hex));
  }

  /// A fresh array of the 16 bytes.
  public byte[] bytes() {
    return ByteBuffer.allocate(LENGTH).putLong(high).putLong(low).array();
  }

  /// The first 10 bits, 0 to 1023.
  public int bucket() {
    return (int) (high >>> (Long.SIZE - BUCKET_BITS));
  }

  /// Orders as the bytes do, unsigned.
  @Override
  public int compareTo(AccountId other) {
    int byHigh = Long.compareUnsigned(high, other.high);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
  }

  /// 32 lower-case hex digits.
  @Override
  public String toString() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(high) + hex.toHexDigits(low);
  }
}
