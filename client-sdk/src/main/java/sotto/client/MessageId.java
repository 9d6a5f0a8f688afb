package sotto.client;

import java.util.HexFormat;

/// The name of a message: 16 random bytes that both sides know and no server sees.
///
/// @param value 32 lower-case hex digits
public record MessageId(String value) {
  /// The size in bytes.
  public static final int LENGTH = 16;

  /// Checks the form.
  ///
  /// @throws SottoException [SottoException.Code#INVALID_INPUT] if it is no message id
  public MessageId {
    if (value.length() != 2 * LENGTH || !value.chars().allMatch(MessageId::lowerHex)) {
      throw SottoException.invalid("message id", "A message id has 32 hex digits.");
    }
  }

  /// Takes the 16 bytes.
  public static MessageId of(byte[] bytes) {
    return new MessageId(HexFormat.of().formatHex(bytes));
  }

  /// A fresh array of the 16 bytes.
  public byte[] bytes() {
    return HexFormat.of().parseHex(value);
  }

  private static boolean lowerHex(int c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  }

  /// The hex digits.
  @Override
  public String toString() {
    return value;
  }
}
