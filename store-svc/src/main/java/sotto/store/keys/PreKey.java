package sotto.store.keys;

import com.google.protobuf.ByteString;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import sotto.chain.Bytes;
import sotto.keys.v1.OneTimePreKey;
import sotto.keys.v1.SignedPreKey;

/// A public pre-key as it is stored.
///
/// @param kind what it is for
/// @param id its name on its device, 24 bits
/// @param publicKey its bytes
/// @param signature over them; empty for a one-time EC key
record PreKey(Kind kind, int id, ByteString publicKey, ByteString signature) {
  private static final int EC_LENGTH = 33;
  private static final byte EC_TYPE = 0x05;
  private static final int KYBER_LENGTH = 1569;
  private static final byte KYBER_TYPE = 0x08;
  private static final int DIGEST = 16;

  /// What a pre-key is for; the numbers stand in the database.
  enum Kind {
    SIGNED(1, false),
    LAST_RESORT(2, true),
    ONE_TIME(3, false),
    ONE_TIME_KYBER(4, true);

    final int number;
    private final boolean kyber;

    Kind(int number, boolean kyber) {
      this.number = number;
      this.kyber = kyber;
    }
  }

  static PreKey of(Kind kind, SignedPreKey key) {
    return new PreKey(kind, key.getId(), key.getPublicKey(), key.getSignature());
  }

  static PreKey of(OneTimePreKey key) {
    return new PreKey(Kind.ONE_TIME, key.getId(), key.getPublicKey(), ByteString.EMPTY);
  }

  /// Whether length and type byte are those of a serialised key of libsignal. Signatures are for
  /// clients to check.
  boolean isWellFormed() {
    return kind.kyber
        ? publicKey.size() == KYBER_LENGTH && publicKey.byteAt(0) == KYBER_TYPE
        : publicKey.size() == EC_LENGTH && publicKey.byteAt(0) == EC_TYPE;
  }

  /// The first 16 bytes of SHA-256 over public key and signature.
  Bytes digest() {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(publicKey.asReadOnlyByteBuffer());
      sha256.update(signature.asReadOnlyByteBuffer());
      return Bytes.of(Arrays.copyOf(sha256.digest(), DIGEST));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  SignedPreKey toSigned() {
    return SignedPreKey.newBuilder()
        .setId(id)
        .setPublicKey(publicKey)
        .setSignature(signature)
        .build();
  }

  OneTimePreKey toOneTime() {
    return OneTimePreKey.newBuilder().setId(id).setPublicKey(publicKey).build();
  }
}
