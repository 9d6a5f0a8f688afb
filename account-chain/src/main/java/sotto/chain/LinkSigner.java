package sotto.chain;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;

/// Something that makes Ed25519 signatures; the private key stays behind it.
@FunctionalInterface
public interface LinkSigner {
  /// Signs the message as it is, without hashing it first (RFC 8032 pure Ed25519).
  ///
  /// @return 64 bytes
  byte[] sign(byte[] message);

  /// Signs with a key of the JDK.
  ///
  /// @throws IllegalArgumentException when it signs, if the key is not an Ed25519 key
  static LinkSigner of(PrivateKey key) {
    return message -> {
      try {
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(key);
        signature.update(message);
        return signature.sign();
      } catch (GeneralSecurityException e) {
        throw new IllegalArgumentException("the key cannot sign", e);
      }
    };
  }
}
