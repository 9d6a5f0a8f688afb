package sotto.crypto;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import sotto.chain.AccountId;
import sotto.chain.Bytes;

/// The secret that follows from a [RecoveryCode] and encrypts what the account is restored from.
///
/// ```
/// manifest's key = HKDF-SHA-256(ikm = backup key 32, no salt, info = "sotto/backup/1 manifest" ‖ account id 16, 32 bytes)
/// sealed         = random id 16 ‖ blob of (manifest's key, id), made as [ArchiveKey] makes a segment
/// ```
///
/// The account is in the key: no server can give the manifest of one with the chain of another.
/// Nothing here tells an old manifest from the newest.
///
/// Closing wipes it. Not safe for use while it is being closed.
public final class BackupKey implements AutoCloseable {
  /// The largest manifest in bytes; sealed, it has at most 64 KiB.
  public static final int MAX_MANIFEST = 48 * 1024;

  private static final byte[] MANIFEST = "sotto/backup/1 manifest".getBytes(StandardCharsets.UTF_8);
  private static final int ID = ArchiveKey.SEGMENT_ID_LENGTH;

  private final byte[] key;
  private boolean closed;

  BackupKey(byte[] key) {
    this.key = key;
  }

  /// Encrypts a manifest.
  ///
  /// @param manifest at most [#MAX_MANIFEST] bytes
  /// @throws IllegalArgumentException if it is larger
  public byte[] seal(AccountId account, byte[] manifest, SecureRandom random) {
    if (manifest.length > MAX_MANIFEST) {
      throw new IllegalArgumentException("a manifest has at most " + MAX_MANIFEST + " bytes");
    }
    byte[] id = new byte[ID];
    random.nextBytes(id);
    try (ArchiveKey sealing = manifestKey(account)) {
      byte[] blob = sealing.seal(Bytes.of(id), manifest);
      return ByteBuffer.allocate(ID + blob.length).put(id).put(blob).array();
    }
  }

  /// Decrypts a manifest.
  ///
  /// @throws AttachmentDamaged if it was not sealed with this key for this account
  public byte[] open(AccountId account, byte[] sealed) throws AttachmentDamaged {
    if (sealed.length < ID) {
      throw new AttachmentDamaged("not a manifest");
    }
    try (ArchiveKey opening = manifestKey(account)) {
      return opening.open(
          Bytes.of(Arrays.copyOf(sealed, ID)), Arrays.copyOfRange(sealed, ID, sealed.length));
    }
  }

  private ArchiveKey manifestKey(AccountId account) {
    byte[] derived = manifestKeyBytes(account);
    try {
      return ArchiveKey.of(derived);
    } finally {
      Arrays.fill(derived, (byte) 0);
    }
  }

  /// RFC 5869, extract then expand.
  byte[] manifestKeyBytes(AccountId account) {
    if (closed) {
      throw new IllegalStateException("the key was wiped");
    }
    byte[] info =
        ByteBuffer.allocate(MANIFEST.length + AccountId.LENGTH)
            .put(MANIFEST)
            .put(account.bytes())
            .array();
    return Hkdf.derive(key, info, ArchiveKey.LENGTH);
  }

  @Override
  public void close() {
    closed = true;
    Arrays.fill(key, (byte) 0);
  }

  @Override
  public String toString() {
    return "BackupKey[" + ArchiveKey.LENGTH + " bytes]";
  }
}
