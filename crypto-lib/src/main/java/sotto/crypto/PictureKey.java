package sotto.crypto;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;

/// The key of one picture of a profile; the profile has it.
///
/// ```
/// padded = length 4, big endian ‖ picture ‖ zeros up to Attachments.paddedSize(4 + length)
/// blob   = AES-256-GCM(key 32, random nonce, padded, associated = "sotto/profile/picture/1")
/// ```
public final class PictureKey {
  /// The size in bytes.
  public static final int LENGTH = 32;

  /// The largest picture in bytes.
  public static final int MAX_PICTURE = 1024 * 1024;

  private static final byte[] DOMAIN = "sotto/profile/picture/1".getBytes(StandardCharsets.UTF_8);

  private final byte[] value;

  private PictureKey(byte[] value) {
    this.value = value;
  }

  /// Takes the 32 bytes of a key.
  ///
  /// @throws IllegalArgumentException if there are not exactly 32
  public static PictureKey of(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("a picture's key has 32 bytes, not " + bytes.length);
    }
    return new PictureKey(bytes.clone());
  }

  /// A new key, for one picture.
  public static PictureKey generate(SecureRandom random) {
    byte[] bytes = new byte[LENGTH];
    random.nextBytes(bytes);
    return new PictureKey(bytes);
  }

  /// A copy of the 32 secret bytes.
  public byte[] bytes() {
    return value.clone();
  }

  /// The largest blob in bytes.
  public static long maxBlob() {
    return Attachments.paddedSize((long) Integer.BYTES + MAX_PICTURE) + AesGcm.OVERHEAD;
  }

  /// Encrypts a picture.
  ///
  /// @param picture at most [#MAX_PICTURE] bytes
  public byte[] seal(byte[] picture, SecureRandom random) {
    if (picture.length > MAX_PICTURE) {
      throw new IllegalArgumentException("a picture has at most 1 MiB");
    }
    byte[] padded = new byte[(int) Attachments.paddedSize((long) Integer.BYTES + picture.length)];
    ByteBuffer.wrap(padded).putInt(picture.length).put(picture);
    return AesGcm.seal(value, padded, DOMAIN, random);
  }

  /// The picture; empty for anything that was not sealed with this key.
  public Optional<byte[]> open(byte[] blob) {
    return AesGcm.open(value, blob, DOMAIN).flatMap(PictureKey::unpadded);
  }

  private static Optional<byte[]> unpadded(byte[] padded) {
    int length = padded.length < Integer.BYTES ? -1 : ByteBuffer.wrap(padded).getInt();
    boolean whole =
        length >= 0
            && length <= MAX_PICTURE
            && padded.length == Attachments.paddedSize((long) Integer.BYTES + length)
            && Attachments.zeros(padded, Integer.BYTES + length, padded.length);
    return whole
        ? Optional.of(Arrays.copyOfRange(padded, Integer.BYTES, Integer.BYTES + length))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return "PictureKey[" + LENGTH + " bytes]";
  }
}
