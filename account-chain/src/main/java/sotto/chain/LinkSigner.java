package sotto.chain;

import java.security.PrivateKey;
import java.security.interfaces.EdECPrivateKey;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/// Something that makes Ed25519 signatures; the private key stays behind it.
@FunctionalInterface
public interface LinkSigner {
  /// Signs the message as it is, without hashing it first (RFC 8032 pure Ed25519).
  ///
  /// @return 64 bytes
  byte[] sign(byte[] message);

  /// Signs with a key of the JDK.
  ///
  /// @throws IllegalArgumentException if it is not an Ed25519 key
  static LinkSigner of(PrivateKey key) {
    byte[] seed =
        key instanceof EdECPrivateKey ed && ed.getParams().getName().equals("Ed25519")
            ? ed.getBytes().orElseThrow(() -> new IllegalArgumentException("the key hides itself"))
            : new byte[0];
    if (seed.length != Ed25519.SECRET_KEY_SIZE) {
      throw new IllegalArgumentException("not an Ed25519 key");
    }
    return message -> {
      byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
      Ed25519.sign(seed, 0, message, 0, message.length, signature, 0);
      return signature;
    };
  }
}
