package sotto.chain;

import java.security.PublicKey;
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
    return signature.length == SIGNATURE_LENGTH
        && Ed25519.verify(signature, 0, value.toArray(), 0, message, 0, message.length);
  }

  /// Under a key whose order divides 8 anyone can sign.
  private static boolean usable(byte[] raw) {
    return Ed25519.validatePublicKeyPartial(raw, 0);
  }
}
