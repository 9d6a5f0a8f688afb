package sotto.crypto;

import java.security.SecureRandom;
import sotto.chain.Ed25519PublicKey;
import sotto.chain.LinkSigner;

/// The key of an account that may only sign links; kept off the devices, for the day they are lost.
///
/// Closing wipes it; nothing works afterwards. Not safe for use by many threads.
public final class RecoveryKey implements AutoCloseable {
  /// The size of the secret in bytes.
  public static final int LENGTH = Ed25519Secret.LENGTH;

  private final Ed25519Secret secret;

  private RecoveryKey(Ed25519Secret secret) {
    this.secret = secret;
  }

  /// The key with this secret, an Ed25519 private key (RFC 8032). The array is copied and left as
  /// it is.
  ///
  /// @throws IllegalArgumentException if it is not 32 bytes
  public static RecoveryKey of(byte[] secret) {
    return new RecoveryKey(new Ed25519Secret(secret));
  }

  /// A new key.
  public static RecoveryKey generate(SecureRandom random) {
    return new RecoveryKey(Ed25519Secret.generate(random));
  }

  /// The public half, as chains name it.
  public Ed25519PublicKey publicKey() {
    return secret.publicKey();
  }

  /// Signs links with it until it is closed.
  public LinkSigner signer() {
    return secret::sign;
  }

  /// A copy of the 32 secret bytes, for whoever writes them down; theirs to wipe.
  public byte[] secret() {
    return secret.seed();
  }

  @Override
  public void close() {
    secret.close();
  }

  @Override
  public String toString() {
    return "RecoveryKey[" + LENGTH + " bytes]";
  }
}
