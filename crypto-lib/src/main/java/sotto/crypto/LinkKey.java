package sotto.crypto;

import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import sotto.chain.Bytes;

/// An X25519 key pair that one side of a linking makes for it and forgets with it.
///
/// Closing wipes the seed that it is derived from. Not safe for use while it is being closed.
public final class LinkKey implements AutoCloseable {
  /// The size of the public key in bytes.
  public static final int PUBLIC_LENGTH = 32;

  private static final int SEED = 32;

  private final byte[] seed;
  private final Bytes publicKey;
  private boolean closed;

  private LinkKey(byte[] seed) {
    this.seed = seed;
    this.publicKey = Hpke.publicKey(Hpke.pair(seed));
  }

  /// A new key pair.
  public static LinkKey generate(SecureRandom random) {
    byte[] seed = new byte[SEED];
    random.nextBytes(seed);
    return new LinkKey(seed);
  }

  /// The public half.
  public Bytes publicKey() {
    return publicKey;
  }

  AsymmetricCipherKeyPair pair() {
    if (closed) {
      throw new IllegalStateException("the key was wiped");
    }
    return Hpke.pair(seed);
  }

  @Override
  public void close() {
    closed = true;
    Arrays.fill(seed, (byte) 0);
  }

  @Override
  public String toString() {
    return "LinkKey[" + publicKey + "]";
  }
}
