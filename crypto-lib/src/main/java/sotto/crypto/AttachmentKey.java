package sotto.crypto;

import sotto.chain.Bytes;

/// What the recipient of an attachment needs beside the blob itself; travels inside the encrypted
/// message.
///
/// @param key 32 secret bytes, new for this blob
/// @param ciphertextSize the blob's size in bytes
/// @param ciphertextSha256 the blob's digest
/// @param plainSize the file's size in bytes, 0 to [Attachments#MAX_SIZE]
/// @param plainSha256 the file's digest
@SuppressWarnings("ArrayRecordComponent")
public record AttachmentKey(
    byte[] key, long ciphertextSize, Bytes ciphertextSha256, long plainSize, Bytes plainSha256) {
  /// The size of the key in bytes.
  public static final int KEY_LENGTH = 32;

  private static final int SHA256_LENGTH = 32;

  /// Checks sizes and copies the key.
  ///
  /// @throws IllegalArgumentException if a length is wrong or the two sizes do not belong together
  public AttachmentKey {
    if (key.length != KEY_LENGTH
        || ciphertextSha256.length() != SHA256_LENGTH
        || plainSha256.length() != SHA256_LENGTH
        || plainSize < 0
        || plainSize > Attachments.MAX_SIZE
        || ciphertextSize != Attachments.ciphertextSize(plainSize)) {
      throw new IllegalArgumentException("not what describes an attachment");
    }
    key = key.clone();
  }

  /// A copy of the key.
  @Override
  public byte[] key() {
    return key.clone();
  }

  @Override
  public String toString() {
    return "AttachmentKey[plain " + plainSize + ", ciphertext " + ciphertextSize + " bytes]";
  }
}
