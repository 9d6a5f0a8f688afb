package sotto.crypto;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import sotto.chain.Bytes;

/// The secret under which an account archives its history; all of its devices have it, nobody else.
///
/// ```
/// segment's key = HKDF-SHA-256(ikm = archive key 32, no salt, info = "sotto/archive/1" ‖ segment id 16, 32 bytes)
/// padded        = length 4, big endian ‖ segment ‖ zeros up to Attachments.paddedSize(4 + length)
/// blob          = AES-GCM-HKDF-Streaming(segment's key, …, "sotto/archive/1") as for attachments
/// ```
///
/// HKDF is RFC 5869; without a salt, as section 3.1 allows where the input is a uniformly random
/// key. A segment's id is random, so each key encrypts one segment. Unlike an attachment a segment
/// says its own length, so that key, id and blob are all that it takes to read it. One blob has one
/// reading: other lengths and paddings are refused.
///
/// Close it to wipe the key. Not safe for use while it is being closed.
public final class ArchiveKey implements AutoCloseable {
  /// The size of the key in bytes.
  public static final int LENGTH = 32;

  /// The size of a segment's id in bytes.
  public static final int SEGMENT_ID_LENGTH = 16;

  /// The largest segment in bytes.
  public static final int MAX_SEGMENT = 2 * 1024 * 1024;

  private static final byte[] CONTEXT = "sotto/archive/1".getBytes(StandardCharsets.UTF_8);

  private final byte[] key;
  private boolean closed;

  private ArchiveKey(byte[] key) {
    this.key = key;
  }

  /// A new key.
  public static ArchiveKey generate(SecureRandom random) {
    byte[] key = new byte[LENGTH];
    random.nextBytes(key);
    return new ArchiveKey(key);
  }

  /// The key from its bytes, which are copied.
  ///
  /// @throws IllegalArgumentException if they are not 32
  public static ArchiveKey of(byte[] key) {
    if (key.length != LENGTH) {
      throw new IllegalArgumentException("an archive key has 32 bytes, not " + key.length);
    }
    return new ArchiveKey(key.clone());
  }

  /// The key's bytes, to be kept encrypted; the caller's to wipe.
  public byte[] export() {
    requireOpen();
    return key.clone();
  }

  /// The size of the blob of a segment of this size, bytes.
  ///
  /// @throws IllegalArgumentException if it is negative or above [#MAX_SEGMENT]
  public static long blobSize(int segmentSize) {
    if (segmentSize < 0 || segmentSize > MAX_SEGMENT) {
      throw new IllegalArgumentException("a segment has at most " + MAX_SEGMENT + " bytes");
    }
    return Attachments.ciphertextSize((long) Integer.BYTES + segmentSize);
  }

  /// Encrypts a segment.
  ///
  /// @param segmentId 16 random bytes that no other segment has
  /// @param segment at most [#MAX_SEGMENT] bytes
  /// @return the blob, of [#blobSize]
  public byte[] seal(Bytes segmentId, byte[] segment) {
    int size = (int) blobSize(segment.length);
    byte[] padded = new byte[(int) Attachments.paddedSize((long) Integer.BYTES + segment.length)];
    ByteBuffer.wrap(padded).putInt(segment.length).put(segment);
    byte[] segmentKey = segmentKey(segmentId);
    ByteArrayOutputStream blob = new ByteArrayOutputStream(size);
    try (OutputStream out = Attachments.aead(segmentKey).newEncryptingStream(blob, CONTEXT)) {
      out.write(padded);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("this Java has no AES-GCM", e);
    } finally {
      Arrays.fill(padded, (byte) 0);
      Arrays.fill(segmentKey, (byte) 0);
    }
    return blob.toByteArray();
  }

  /// Decrypts a segment.
  ///
  /// @param segmentId the id that it was encrypted under
  /// @param blob what the server gave, all of it
  /// @throws AttachmentDamaged if the blob is not what was encrypted under this key and id
  public byte[] open(Bytes segmentId, byte[] blob) throws AttachmentDamaged {
    byte[] padded = decrypt(segmentId, blob);
    try {
      int length = padded.length < Integer.BYTES ? -1 : ByteBuffer.wrap(padded).getInt();
      if (length < 0
          || length > MAX_SEGMENT
          || padded.length != Attachments.paddedSize((long) Integer.BYTES + length)
          || !Attachments.zeros(padded, Integer.BYTES + length, padded.length)) {
        throw new AttachmentDamaged("not a segment of an archive");
      }
      return Arrays.copyOfRange(padded, Integer.BYTES, Integer.BYTES + length);
    } finally {
      Arrays.fill(padded, (byte) 0);
    }
  }

  private byte[] decrypt(Bytes segmentId, byte[] blob) throws AttachmentDamaged {
    byte[] segmentKey = segmentKey(segmentId);
    try (InputStream in =
        Attachments.aead(segmentKey).newDecryptingStream(new ByteArrayInputStream(blob), CONTEXT)) {
      return in.readAllBytes();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no AES-GCM", e);
    } catch (IOException e) {
      throw new AttachmentDamaged("the blob is damaged, or of another key", e);
    } finally {
      Arrays.fill(segmentKey, (byte) 0);
    }
  }

  /// RFC 5869, extract then expand.
  byte[] segmentKey(Bytes segmentId) {
    requireOpen();
    if (segmentId.length() != SEGMENT_ID_LENGTH) {
      throw new IllegalArgumentException("a segment's id has 16 bytes");
    }
    byte[] info =
        ByteBuffer.allocate(CONTEXT.length + SEGMENT_ID_LENGTH)
            .put(CONTEXT)
            .put(segmentId.toArray())
            .array();
    return Hkdf.derive(key, info, AttachmentKey.KEY_LENGTH);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the key was wiped");
    }
  }

  /// Wipes the key.
  @Override
  public void close() {
    closed = true;
    Arrays.fill(key, (byte) 0);
  }

  @Override
  public String toString() {
    return "ArchiveKey[" + LENGTH + " bytes]";
  }
}
