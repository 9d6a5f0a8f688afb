package sotto.chain;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.Optional;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/// An Ed25519 public key (RFC 8032 §5.1.5) that is a canonical encoding of a point of large order.
///
/// @param value the 32 bytes
public record Ed25519PublicKey(Bytes value) {
  /// The size of a key in bytes.
  public static final int LENGTH = 32;

  /// The size of a signature in bytes.
  public static final int SIGNATURE_LENGTH = 64;

  // RFC 8410 §4: the SubjectPublicKeyInfo of a key up to its 32 bytes.
  private static final byte[] DER_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

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

  /// The public half of a private key.
  ///
  /// @param seed the private key, 32 random bytes
  /// @throws IllegalArgumentException if it has another length
  public static Ed25519PublicKey ofSeed(byte[] seed) {
    if (seed.length != Ed25519.SECRET_KEY_SIZE) {
      throw new IllegalArgumentException("an Ed25519 private key has 32 bytes, not " + seed.length);
    }
    byte[] raw = new byte[LENGTH];
    Ed25519.generatePublicKey(seed, 0, raw, 0);
    return new Ed25519PublicKey(raw);
  }

  /// The raw public key of a JDK key.
  ///
  /// @throws IllegalArgumentException if it is not an Ed25519 key
  public static Ed25519PublicKey of(PublicKey key) {
    byte[] der = key.getEncoded();
    if (der == null
        || der.length != DER_PREFIX.length + LENGTH
        || !"EdDSA".equals(key.getAlgorithm())) {
      throw new IllegalArgumentException("not an Ed25519 key");
    }
    byte[] raw = new byte[LENGTH];
    System.arraycopy(der, der.length - LENGTH, raw, 0, LENGTH);
    return new Ed25519PublicKey(raw);
  }

  /// The same key, for what asks for the JDK's.
  public PublicKey toJdk() {
    byte[] der = new byte[DER_PREFIX.length + LENGTH];
    System.arraycopy(DER_PREFIX, 0, der, 0, DER_PREFIX.length);
    System.arraycopy(value.toArray(), 0, der, DER_PREFIX.length, LENGTH);
    try {
      return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no Ed25519", e);
    }
  }

  /// A copy of the 32 bytes.
  public byte[] bytes() {
    return value.toArray();
  }

  /// Whether the signature is this key's over exactly this message; false for anything malformed.
  public boolean verifies(byte[] message, byte[] signature) {
    return signature.length == SIGNATURE_LENGTH
        && Ed25519.verify(signature, 0, value.toArray(), 0, message, 0, message.length);
  }

  /// Under a key whose order divides 8 anyone can sign.
  private static boolean usable(byte[] raw) {
    return Ed25519.validatePublicKeyPartial(raw, 0);
  }
}
