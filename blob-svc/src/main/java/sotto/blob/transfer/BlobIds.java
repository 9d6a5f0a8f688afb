package sotto.blob.transfer;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import sotto.blob.BlobName;
import sotto.blob.Digest;
import sotto.blob.Shelf;
import sotto.chain.AccountId;

/// Makes the ids of blobs: HMAC-SHA-256 (RFC 2104) over (account, upload id, shelf) with a key that
/// only this service has.
///
/// To everybody else an id is 32 random bytes. To the service a repeated upload has the id it had,
/// so no table of uploads has to be kept and be right after a crash.
public final class BlobIds {
  private static final String HMAC = "HmacSHA256";

  /// Length of the key in bytes.
  public static final int KEY_LENGTH = 32;

  private final SecretKeySpec key;

  /// @param key 32 bytes that nobody else knows
  public BlobIds(byte[] key) {
    if (key.length != KEY_LENGTH) {
      throw new IllegalArgumentException("the key of blob ids has 32 bytes");
    }
    this.key = new SecretKeySpec(key, HMAC);
  }

  /// Takes the key from `id.key` in a folder; the first time makes it.
  ///
  /// @throws IOException also if the file is not a key
  public static BlobIds openOrCreate(Path folder, SecureRandom random) throws IOException {
    Path file = folder.resolve("id.key");
    try {
      byte[] key = Files.readAllBytes(file);
      if (key.length != KEY_LENGTH) {
        throw new IOException(file + " is damaged: it has " + key.length + " bytes");
      }
      return new BlobIds(key);
    } catch (NoSuchFileException e) {
      byte[] key = new byte[KEY_LENGTH];
      random.nextBytes(key);
      write(folder, file, key);
      return new BlobIds(key);
    }
  }

  /// The id of an account's upload; the same in every repetition.
  byte[] id(AccountId account, byte[] uploadId, Shelf shelf) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(key);
      mac.update(account.bytes());
      mac.update(uploadId);
      mac.update(shelf.folder().getBytes(US_ASCII));
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HMAC-SHA-256", e);
    }
  }

  /// The name under which the blob with an id would stand on a shelf.
  public static BlobName name(Shelf shelf, byte[] id) {
    return new BlobName(shelf, Digest.of(id).toString());
  }

  private static void write(Path folder, Path file, byte[] key) throws IOException {
    Path part = folder.resolve("id.key.part");
    Files.deleteIfExists(part);
    try (FileChannel channel =
        FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer rest = ByteBuffer.wrap(key);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
