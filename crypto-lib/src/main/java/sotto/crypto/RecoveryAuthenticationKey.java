package sotto.crypto;

import sotto.chain.Ed25519PublicKey;
import sotto.chain.RecoveryBytes;
import sotto.chain.RecoverySubject;

/// The Ed25519 key (RFC 8032) with which the holder of a [RecoveryCode] asks a server for what the
/// account is restored from. It signs nothing else, and no link: that is the [RecoveryKey]'s.
///
/// Closing wipes it. Not safe for use by many threads.
public final class RecoveryAuthenticationKey implements AutoCloseable {
  private final Ed25519Secret secret;

  RecoveryAuthenticationKey(Ed25519Secret secret) {
    this.secret = secret;
  }

  /// The public half, which the server keeps.
  public Ed25519PublicKey publicKey() {
    return secret.publicKey();
  }

  /// Answers a server's challenge.
  ///
  /// @param serverName the name that was dialled
  /// @param challenge the server's bytes
  /// @param subject whose recovery is asked for
  /// @return 64 bytes
  /// @throws IllegalArgumentException if challenge or name are out of their bounds
  public byte[] sign(String serverName, byte[] challenge, RecoverySubject subject) {
    return secret.sign(RecoveryBytes.of(serverName, challenge, subject));
  }

  @Override
  public void close() {
    secret.close();
  }

  @Override
  public String toString() {
    return "RecoveryAuthenticationKey[" + Ed25519Secret.LENGTH + " bytes]";
  }
}
