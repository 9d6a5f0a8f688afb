package sotto.chain;

import java.nio.charset.StandardCharsets;

/// The bytes that a device signs with its authentication key to answer a server's challenge.
///
/// ```
/// prefixed("sotto/challenge/1") ‖ prefixed(server name) ‖ prefixed(purpose) ‖ prefixed(challenge)
///   ‖ account id 16 ‖ device number 1                  prefixed(x) = u16 length of x, big-endian ‖ x
/// ```
///
/// Server name and purpose are UTF-8. The server name makes an answer useless to another server
/// that passes the challenge on; the purpose makes an answer for one call useless for another.
public final class ChallengeBytes {
  /// The purpose of an answer that is given to get a token.
  public static final String SIGN_IN = "sign-in";

  /// The smallest challenge in bytes.
  public static final int MIN_CHALLENGE = 16;

  /// The largest challenge in bytes.
  public static final int MAX_CHALLENGE = 128;

  /// The longest server name in UTF-8 bytes.
  public static final int MAX_SERVER_NAME = 255;

  /// The longest purpose in UTF-8 bytes.
  public static final int MAX_PURPOSE = 64;

  private ChallengeBytes() {}

  /// Puts the bytes together.
  ///
  /// @param serverName the server's name as the client was told it, 1 to 255 bytes
  /// @param purpose what the answer is for, 1 to 64 bytes
  /// @param challenge the server's bytes, 16 to 128
  /// @param address who answers
  /// @throws IllegalArgumentException if one is out of its bounds
  public static byte[] of(
      String serverName, String purpose, byte[] challenge, DeviceAddress address) {
    if (challenge.length < MIN_CHALLENGE || challenge.length > MAX_CHALLENGE) {
      throw new IllegalArgumentException("a challenge has 16 to 128 bytes");
    }
    return SignedBytes.start("sotto/challenge/1")
        .prefixed(text(serverName, MAX_SERVER_NAME))
        .prefixed(text(purpose, MAX_PURPOSE))
        .prefixed(challenge)
        .raw(address.account().bytes())
        .u8(address.device().number())
        .toArray();
  }

  private static byte[] text(String text, int max) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    if (utf8.length == 0 || utf8.length > max) {
      throw new IllegalArgumentException("a server name or purpose is empty or too long");
    }
    return utf8;
  }
}
