package sotto.crypto;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.hpke.HPKE;
import org.bouncycastle.crypto.hpke.HPKEContextWithEncapsulation;
import sotto.chain.Bytes;

/// Hybrid public key encryption (RFC 9180) in the mode with a pre-shared key (§5.1.2), one message
/// a context: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305.
///
/// ```
/// sealed = encapsulated key 32 ‖ ciphertext and tag
/// ```
final class Hpke {
  private static final int ENCAPSULATED = 32;
  private static final int TAG = 16;

  private Hpke() {}

  private static HPKE suite() {
    return new HPKE(
        HPKE.mode_psk, HPKE.kem_X25519_SHA256, HPKE.kdf_HKDF_SHA256, HPKE.aead_CHACHA20_POLY1305);
  }

  /// The key pair of a seed of 32 random bytes (§4.1, DeriveKeyPair).
  static AsymmetricCipherKeyPair pair(byte[] seed) {
    return suite().deriveKeyPair(seed);
  }

  static Bytes publicKey(AsymmetricCipherKeyPair pair) {
    return Bytes.of(suite().serializePublicKey(pair.getPublic()));
  }

  /// What is known to both sides and not sent.
  ///
  /// @param psk at least 32 bytes
  /// @param pskId names it
  /// @param info what this message is
  /// @param associated what came before it
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Shared(byte[] psk, byte[] pskId, byte[] info, byte[] associated) {
    @Override
    public String toString() {
      return "Shared[" + psk.length + " bytes]";
    }
  }

  /// Encrypts for a reader.
  ///
  /// @return empty if the reader's key is none
  static Optional<byte[]> seal(Bytes reader, Shared shared, byte[] message) {
    try {
      HPKEContextWithEncapsulation context =
          suite()
              .SetupPSKS(
                  suite().deserializePublicKey(reader.toArray()),
                  shared.info,
                  shared.psk,
                  shared.pskId);
      byte[] encapsulated = context.getEncapsulation();
      byte[] ciphertext = context.seal(shared.associated, message);
      return Optional.of(
          ByteBuffer.allocate(encapsulated.length + ciphertext.length)
              .put(encapsulated)
              .put(ciphertext)
              .array());
    } catch (InvalidCipherTextException e) {
      throw new IllegalStateException("the library does not encrypt", e);
    } catch (IllegalArgumentException | IllegalStateException e) {
      // RFC 9180 §7.1.4: a key of which the agreement is zero.
      return Optional.empty();
    }
  }

  /// Decrypts.
  ///
  /// @return empty if it was not made for this reader by one who knows the same
  static Optional<byte[]> open(AsymmetricCipherKeyPair reader, Shared shared, byte[] sealed) {
    if (sealed.length < ENCAPSULATED + TAG) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          suite()
              .setupPSKR(
                  Arrays.copyOf(sealed, ENCAPSULATED),
                  reader,
                  shared.info,
                  shared.psk,
                  shared.pskId)
              .open(shared.associated, Arrays.copyOfRange(sealed, ENCAPSULATED, sealed.length)));
    } catch (InvalidCipherTextException | IllegalArgumentException | IllegalStateException e) {
      return Optional.empty();
    }
  }
}
