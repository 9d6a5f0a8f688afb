package sotto.crypto;

import com.google.crypto.tink.StreamingAead;
import com.google.crypto.tink.subtle.AesGcmHkdfStreaming;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import sotto.chain.Bytes;

/// Encrypts and decrypts files as streams, in constant memory, authenticated before a byte is
/// released.
///
/// ```
/// padded     = file ‖ zeros up to paddedSize(file's size)
/// ciphertext = AES-GCM-HKDF-Streaming(key 32, HMAC-SHA-256, AES-256, segments of 64 KiB, "sotto/attachment/1")
///            = header 40 ‖ segment 0 (65,496 with its tag) ‖ segments of 65,536 … ‖ last segment, shorter or equal
/// ```
///
/// The construction is Tink's AES-GCM-HKDF streaming AEAD, after Hoang, Reyhanitabar, Rogaway and
/// Vizár, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance" (CRYPTO 2015):
/// the nonce of each segment holds its number and whether it is the last, so that cutting,
/// extending, swapping and doubling fail like a changed byte does. Padded sizes follow Padmé
/// (Nikitin and others, "Reducing Metadata Leakage from Encrypted Files and Communication with
/// PURBs", PETS 2019), at least 4 KiB: a blob's size tells the file's within 12 per cent at most.
///
/// No instance state; every method may be used by many threads.
public final class Attachments {
  /// The largest file in bytes.
  public static final long MAX_SIZE = 1L << 40;

  /// The padded size of small files in bytes.
  public static final int MIN_PADDED = 4096;

  private static final int SEGMENT = 64 * 1024;
  private static final byte[] CONTEXT = "sotto/attachment/1".getBytes(StandardCharsets.UTF_8);
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final long CIPHERTEXT_HEADER = 40;
  private static final long TAG = 16;

  private Attachments() {}

  /// The size of the padded file in bytes.
  ///
  /// @throws IllegalArgumentException if the size is negative or above [#MAX_SIZE]
  public static long paddedSize(long plainSize) {
    if (plainSize < 0 || plainSize > MAX_SIZE) {
      throw new IllegalArgumentException("a file has at most " + MAX_SIZE + " bytes");
    }
    if (plainSize <= MIN_PADDED) {
      return MIN_PADDED;
    }
    int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(plainSize);
    int exponentBits = Integer.SIZE - Integer.numberOfLeadingZeros(exponent);
    long mask = (1L << (exponent - exponentBits)) - 1;
    return (plainSize + mask) & ~mask;
  }

  /// The size of the blob in bytes for a file's size.
  ///
  /// @throws IllegalArgumentException if the size is negative or above [#MAX_SIZE]
  public static long ciphertextSize(long plainSize) {
    long padded = paddedSize(plainSize);
    long segments = (CIPHERTEXT_HEADER + padded + SEGMENT - TAG - 1) / (SEGMENT - TAG);
    return CIPHERTEXT_HEADER + padded + segments * TAG;
  }

  /// The place in the padded file of the first byte that a segment of the blob holds.
  ///
  /// @param ciphertextOffset where the segment begins in the blob: a multiple of 65,536
  /// @throws IllegalArgumentException if no segment begins there
  public static long plainOffset(long ciphertextOffset) {
    if (ciphertextOffset < 0 || ciphertextOffset % SEGMENT != 0) {
      throw new IllegalArgumentException("no segment begins there");
    }
    long segment = ciphertextOffset / SEGMENT;
    return segment == 0 ? 0 : segment * (SEGMENT - TAG) - CIPHERTEXT_HEADER;
  }

  /// Encrypts a file with a new key. Neither stream is closed.
  ///
  /// @param plain the file, exactly `size` bytes up to its end
  /// @param size its size in bytes, at most [#MAX_SIZE]
  /// @param cipher takes [#ciphertextSize] bytes
  /// @return what the recipient needs
  /// @throws EOFException if the file is shorter
  /// @throws IOException if the file is longer, or a stream fails
  public static AttachmentKey encrypt(InputStream plain, long size, OutputStream cipher)
      throws IOException {
    byte[] key = new byte[AttachmentKey.KEY_LENGTH];
    RANDOM.nextBytes(key);
    try {
      MessageDigest plainDigest = sha256();
      MessageDigest cipherDigest = sha256();
      OutputStream digesting = new DigestOutputStream(new Unclosed(cipher), cipherDigest);
      try (OutputStream encrypting = aead(key).newEncryptingStream(digesting, CONTEXT)) {
        copyExactly(plain, size, encrypting, plainDigest);
        pad(paddedSize(size) - size, encrypting);
      }
      return new AttachmentKey(
          key,
          ciphertextSize(size),
          Bytes.of(cipherDigest.digest()),
          size,
          Bytes.of(plainDigest.digest()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no AES-GCM", e);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  private static void copyExactly(
      InputStream plain, long size, OutputStream out, MessageDigest digest) throws IOException {
    byte[] buffer = new byte[SEGMENT];
    for (long left = size; left > 0; ) {
      int read = plain.read(buffer, 0, (int) Math.min(left, buffer.length));
      if (read < 0) {
        throw new EOFException("the file is shorter than was said");
      }
      digest.update(buffer, 0, read);
      out.write(buffer, 0, read);
      left -= read;
    }
    if (plain.read() >= 0) {
      throw new IOException("the file is longer than was said");
    }
  }

  private static void pad(long count, OutputStream out) throws IOException {
    byte[] zeros = new byte[SEGMENT];
    for (long left = count; left > 0; left -= Math.min(left, zeros.length)) {
      out.write(zeros, 0, (int) Math.min(left, zeros.length));
    }
  }

  /// Decrypts a blob. Every byte written is the sender's, at its place; whether it is the whole
  /// file is known only when this returns, so write to a temporary file and rename. Neither stream
  /// is closed.
  ///
  /// @param key what came with the message
  /// @param cipher the blob up to its end
  /// @param plain takes the file, exactly [AttachmentKey#plainSize] bytes when this returns
  /// @throws AttachmentDamaged if the blob is not what the sender encrypted; no wrong byte was
  ///   written
  /// @throws IOException if a stream fails
  public static void decrypt(AttachmentKey key, InputStream cipher, OutputStream plain)
      throws IOException {
    byte[] secret = key.key();
    MessageDigest cipherDigest = sha256();
    BoundedSource source =
        new BoundedSource(new DigestInputStream(cipher, cipherDigest), key.ciphertextSize());
    MessageDigest digest = sha256();
    try (InputStream decrypting = aead(secret).newDecryptingStream(source, CONTEXT)) {
      byte[] buffer = new byte[SEGMENT];
      long padded = paddedSize(key.plainSize());
      long at = 0;
      for (int read; (read = read(decrypting, source, buffer)) >= 0; at += read) {
        int file = Math.clamp(key.plainSize() - at, 0, read);
        if (at + read > padded || !zeros(buffer, file, read)) {
          throw new AttachmentDamaged("padding that the sender did not make");
        }
        digest.update(buffer, 0, file);
        plain.write(buffer, 0, file);
      }
      source.requireEnd();
      if (at != padded || !Bytes.of(digest.digest()).equals(key.plainSha256())) {
        throw new AttachmentDamaged("another file than the message says");
      }
      if (!Bytes.of(cipherDigest.digest()).equals(key.ciphertextSha256())) {
        throw new AttachmentDamaged("another blob than the message says");
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no AES-GCM", e);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  private static int read(InputStream decrypting, BoundedSource source, byte[] buffer)
      throws IOException {
    try {
      return decrypting.read(buffer);
    } catch (IOException e) {
      source.rethrowFailure();
      throw new AttachmentDamaged("the blob is damaged", e);
    }
  }

  static boolean zeros(byte[] bytes, int from, int to) {
    int any = 0;
    for (int i = from; i < to; i++) {
      any |= bytes[i];
    }
    return any == 0;
  }

  /// Opens a blob for reading at any place, each 64 KiB authenticated when they are read; closing
  /// closes the blob.
  ///
  /// The channel has [AttachmentKey#plainSize] bytes and is not writable. Its `read` throws
  /// [AttachmentDamaged] rather than give a wrong byte; the digest of the whole file is not
  /// checked. Not safe for use by many threads.
  ///
  /// @throws AttachmentDamaged if the blob has a wrong size
  /// @throws IOException if the blob cannot be read
  public static SeekableByteChannel open(AttachmentKey key, SeekableByteChannel cipher)
      throws IOException {
    if (cipher.size() != key.ciphertextSize()) {
      throw new AttachmentDamaged("the blob has another size than the message says");
    }
    byte[] secret = key.key();
    FailureMarkingChannel source = new FailureMarkingChannel(cipher);
    try {
      return new FileChannelView(
          aead(secret).newSeekableDecryptingChannel(source, CONTEXT), source, key.plainSize());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no AES-GCM", e);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  /// The construction under a given key, which must never be used for two blobs of one context.
  static StreamingAead aead(byte[] key) {
    try {
      return new AesGcmHkdfStreaming(key, "HmacSha256", AttachmentKey.KEY_LENGTH, SEGMENT, 0);
    } catch (InvalidAlgorithmParameterException e) {
      throw new IllegalStateException("fixed parameters", e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
