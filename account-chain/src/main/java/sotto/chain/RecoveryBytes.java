package sotto.chain;

import java.nio.charset.StandardCharsets;

/// The bytes that the recovery authentication key signs to get what an account is restored from.
///
/// ```
/// prefixed("sotto/recovery/1") ‖ prefixed(server name) ‖ prefixed(challenge) ‖ prefixed(subject)
///                                                      prefixed(x) = u16 length of x, big-endian ‖ x
/// ```
///
/// The server name is UTF-8, the subject is [RecoverySubject#bytes]. The domain makes the answer
/// useless for signing in, and the answer of a device useless here.
public final class RecoveryBytes {
  private RecoveryBytes() {}

  /// Puts the bytes together.
  ///
  /// @param serverName the server's name as the client was told it, 1 to 255 bytes
  /// @param challenge the server's bytes, 16 to 128
  /// @param subject whose recovery is asked for
  /// @throws IllegalArgumentException if one is out of its bounds
  public static byte[] of(String serverName, byte[] challenge, RecoverySubject subject) {
    byte[] name = serverName.getBytes(StandardCharsets.UTF_8);
    if (challenge.length < ChallengeBytes.MIN_CHALLENGE
        || challenge.length > ChallengeBytes.MAX_CHALLENGE
        || name.length == 0
        || name.length > ChallengeBytes.MAX_SERVER_NAME) {
      throw new IllegalArgumentException("a challenge or a server name is out of its bounds");
    }
    return SignedBytes.start("sotto/recovery/1")
        .prefixed(name)
        .prefixed(challenge)
        .prefixed(subject.bytes())
        .toArray();
  }
}
