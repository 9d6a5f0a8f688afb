package sotto.chain;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Optional;
import java.util.Set;

/// An Ed25519 public key (RFC 8032 §5.1.5) that is a canonical encoding of a point of large order.
///
/// @param value the 32 bytes
public record Ed25519PublicKey(Bytes value) {
  /// The size of a key in bytes.
  public static final int LENGTH = 32;

  /// The size of a signature in bytes.
  public static final int SIGNATURE_LENGTH = 64;

  private static final BigInteger P =
      BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19)); // RFC 7748 §4.1

  /// The y coordinates of the eight points whose order divides 8: under such a key anyone can sign.
  static final Set<BigInteger> SMALL_ORDER_Y =
      Set.of(
          BigInteger.ZERO,
          BigInteger.ONE,
          P.subtract(BigInteger.ONE),
          new BigInteger("5fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826", 16),
          new BigInteger("7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7", 16));

  /// Checks length and encoding.
  ///
  /// @throws IllegalArgumentException if the bytes are no usable key
  public Ed25519PublicKey {
    if (value.length() != LENGTH || !usable(value.toArray())) {
      throw new IllegalArgumentException("not a usable Ed25519 public key");
    }
  }

  /// Takes the 32 bytes of a key.
  ///
  /// @throws IllegalArgumentException if they are no usable key
  public Ed25519PublicKey(byte[] bytes) {
    this(Bytes.of(bytes));
  }

  /// The key, or empty where the bytes are none.
  public static Optional<Ed25519PublicKey> parse(byte[] bytes) {
    return bytes.length == LENGTH && usable(bytes)
        ? Optional.of(new Ed25519PublicKey(bytes))
        : Optional.empty();
  }

  /// The raw public key of a JDK key.
  ///
  /// @throws IllegalArgumentException if it is not an Ed25519 key
  public static Ed25519PublicKey of(PublicKey key) {
    byte[] der = key.getEncoded(); // RFC 8410 §4: the raw key is the end of the structure
    if (der == null || der.length != 12 + LENGTH || !"EdDSA".equals(key.getAlgorithm())) {
      throw new IllegalArgumentException("not an Ed25519 key");
    }
    byte[] raw = new byte[LENGTH];
    System.arraycopy(der, der.length - LENGTH, raw, 0, LENGTH);
    return new Ed25519PublicKey(raw);
  }

  /// A copy of the 32 bytes.
  public byte[] bytes() {
    return value.toArray();
  }

  /// Whether the signature is this key's over exactly this message; false for anything malformed.
  public boolean verifies(byte[] message, byte[] signature) {
    if (signature.length != SIGNATURE_LENGTH) {
      return false;
    }
    try {
      Signature verifier = verifier(value.toArray());
      verifier.update(message);
      return verifier.verify(signature);
    } catch (InvalidKeyException | SignatureException e) {
      return false;
    }
  }

  private static boolean usable(byte[] raw) {
    BigInteger y = y(raw);
    if (y.compareTo(P) >= 0 || SMALL_ORDER_Y.contains(y)) {
      return false;
    }
    try {
      verifier(raw); // finds out whether the point is on the curve
      return true;
    } catch (InvalidKeyException e) {
      return false;
    }
  }

  private static Signature verifier(byte[] raw) throws InvalidKeyException {
    try {
      boolean xOdd = (raw[LENGTH - 1] & 0x80) != 0;
      EdECPublicKeySpec spec =
          new EdECPublicKeySpec(NamedParameterSpec.ED25519, new EdECPoint(xOdd, y(raw)));
      Signature verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(spec));
      return verifier;
    } catch (InvalidKeyException e) {
      throw e;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no Ed25519", e);
    } catch (GeneralSecurityException e) {
      throw new InvalidKeyException(e);
    }
  }

  private static BigInteger y(byte[] raw) {
    byte[] bigEndian = new byte[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      bigEndian[i] = raw[LENGTH - 1 - i];
    }
    bigEndian[0] &= 0x7f;
    return new BigInteger(1, bigEndian);
  }
}
