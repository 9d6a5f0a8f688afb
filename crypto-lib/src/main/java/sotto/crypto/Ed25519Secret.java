package sotto.crypto;

import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import sotto.chain.Ed25519PublicKey;

/// An Ed25519 private key (RFC 8032 §5.1.5) that can be wiped.
final class Ed25519Secret implements AutoCloseable {
  static final int LENGTH = Ed25519PrivateKeyParameters.KEY_SIZE;

  private final byte[] seed;
  private final Ed25519PublicKey publicKey;
  private boolean closed;

  /// @throws IllegalArgumentException if it has not 32 bytes
  Ed25519Secret(byte[] seed) {
    this.publicKey = Ed25519PublicKey.ofSeed(seed);
    this.seed = seed.clone();
  }

  static Ed25519Secret generate(SecureRandom random) {
    byte[] seed = new byte[LENGTH];
    random.nextBytes(seed);
    try {
      return new Ed25519Secret(seed);
    } finally {
      Arrays.fill(seed, (byte) 0);
    }
  }

  Ed25519PublicKey publicKey() {
    return publicKey;
  }

  byte[] sign(byte[] message) {
    requireOpen();
    byte[] signature = new byte[Ed25519PublicKey.SIGNATURE_LENGTH];
    Ed25519.sign(seed, 0, message, 0, message.length, signature, 0);
    return signature;
  }

  byte[] seed() {
    requireOpen();
    return seed.clone();
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the key was wiped");
    }
  }

  @Override
  public void close() {
    closed = true;
    Arrays.fill(seed, (byte) 0);
  }
}
