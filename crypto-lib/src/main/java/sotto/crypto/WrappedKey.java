package sotto.crypto;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/// A key encrypted under another: AES-256 Key Wrap (RFC 3394), by the JDK.
public final class WrappedKey {
  /// The size of either key in bytes.
  public static final int KEY_LENGTH = 32;

  /// The size of a wrapped key in bytes.
  public static final int LENGTH = KEY_LENGTH + 8;

  private static final String ALGORITHM = "AES/KW/NoPadding";

  private WrappedKey() {}

  /// Wraps a key.
  ///
  /// @param under 32 bytes; stay the caller's
  /// @param key 32 bytes; stay the caller's
  /// @return 40 bytes, not secret
  public static byte[] wrap(byte[] under, byte[] key) {
    try {
      Cipher cipher = Cipher.getInstance(ALGORITHM);
      cipher.init(Cipher.WRAP_MODE, new SecretKeySpec(under, "AES"));
      return cipher.wrap(new SecretKeySpec(key, "AES"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java cannot wrap a key", e);
    }
  }

  /// Unwraps a key.
  ///
  /// @return 32 bytes, the caller's to wipe; empty if it was wrapped under another key, or changed
  public static Optional<byte[]> unwrap(byte[] under, byte[] wrapped) {
    if (wrapped.length != LENGTH) {
      return Optional.empty();
    }
    try {
      Cipher cipher = Cipher.getInstance(ALGORITHM);
      cipher.init(Cipher.UNWRAP_MODE, new SecretKeySpec(under, "AES"));
      return Optional.of(cipher.unwrap(wrapped, "AES", Cipher.SECRET_KEY).getEncoded());
    } catch (InvalidKeyException e) {
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java cannot unwrap a key", e);
    }
  }
}
