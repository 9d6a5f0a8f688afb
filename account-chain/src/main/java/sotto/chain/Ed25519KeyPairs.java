package sotto.chain;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.random.RandomGenerator;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/// Makes Ed25519 key pairs (RFC 8032 §5.1.5) for what takes the JDK's keys.
///
/// The public half is computed, and checked, by the same library that will sign and verify with
/// them, and not by the JDK.
public final class Ed25519KeyPairs {
  private Ed25519KeyPairs() {}

  /// Makes a pair of 32 bytes of randomness.
  ///
  /// @param random a `SecureRandom`, but in tests
  public static KeyPair generate(RandomGenerator random) {
    byte[] seed = new byte[Ed25519.SECRET_KEY_SIZE];
    random.nextBytes(seed);
    try {
      PrivateKey secret =
          KeyFactory.getInstance("Ed25519")
              .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed));
      return new KeyPair(Ed25519PublicKey.ofSeed(seed).toJdk(), secret);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no Ed25519", e);
    }
  }
}
