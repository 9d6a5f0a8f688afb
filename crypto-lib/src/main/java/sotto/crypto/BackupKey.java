package sotto.crypto;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import sotto.chain.AccountId;
import sotto.chain.Bytes;

/// The secret that encrypts what an account is restored from. It follows from a [RecoveryCode], or,
/// for a file, from a passphrase ([PassphraseKey]).
///
/// ```
/// manifest's key = HKDF-SHA-256(ikm = backup key 32, no salt, info = "sotto/backup/1 manifest" ‖ account id 16, 32 bytes)
/// sealed         = random id 16 ‖ blob of (manifest's key, id), made as [ArchiveKey] makes a segment
/// pieces' key    = HKDF-SHA-256(…, info = "sotto/backup/1 pieces" ‖ account id 16, 32 bytes), an [ArchiveKey]
/// check          = HKDF-SHA-256(…, info = "sotto/backup/1 check" ‖ a file's id 16, 16 bytes)
/// ```
///
/// The account is in the keys: no server can give the manifest of one with the chain of another.
/// Nothing here tells an old manifest from the newest. A file's check tells a wrong key from a
/// damaged file; it says no more of the key than trying to decrypt does.
///
/// Closing wipes it. Not safe for use while it is being closed.
public final class BackupKey implements AutoCloseable {
  /// The largest manifest in bytes; sealed, it has at most 64 KiB.
  public static final int MAX_MANIFEST = 48 * 1024;

  /// The size of the key in bytes.
  public static final int LENGTH = 32;

  /// The size of a file's check in bytes.
  public static final int CHECK_LENGTH = 16;

  private static final byte[] MANIFEST = "sotto/backup/1 manifest".getBytes(StandardCharsets.UTF_8);
  private static final byte[] PIECES = "sotto/backup/1 pieces".getBytes(StandardCharsets.UTF_8);
  private static final byte[] CHECK = "sotto/backup/1 check".getBytes(StandardCharsets.UTF_8);
  private static final int ID = ArchiveKey.SEGMENT_ID_LENGTH;

  private final byte[] key;
  private boolean closed;

  BackupKey(byte[] key) {
    this.key = key;
  }

  /// The key from its bytes, which are copied.
  ///
  /// @throws IllegalArgumentException if they are not 32
  public static BackupKey of(byte[] key) {
    if (key.length != LENGTH) {
      throw new IllegalArgumentException("a backup key has 32 bytes, not " + key.length);
    }
    return new BackupKey(key.clone());
  }

  /// The key's bytes, to be kept encrypted; the caller's to wipe.
  public byte[] export() {
    requireOpen();
    return key.clone();
  }

  /// The key of the pieces of an account's backups; the caller's to close.
  public ArchiveKey pieces(AccountId account) {
    return archiveKey(derive(PIECES, account.bytes(), ArchiveKey.LENGTH));
  }

  /// What a file with this id says of its key.
  ///
  /// @param fileId 16 bytes, random
  /// @return 16 bytes; compare them in constant time
  public byte[] check(Bytes fileId) {
    if (fileId.length() != ID) {
      throw new IllegalArgumentException("a file's id has 16 bytes");
    }
    return derive(CHECK, fileId.toArray(), CHECK_LENGTH);
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
    return archiveKey(manifestKeyBytes(account));
  }

  private static ArchiveKey archiveKey(byte[] derived) {
    try {
      return ArchiveKey.of(derived);
    } finally {
      Arrays.fill(derived, (byte) 0);
    }
  }

  byte[] manifestKeyBytes(AccountId account) {
    return derive(MANIFEST, account.bytes(), ArchiveKey.LENGTH);
  }

  /// RFC 5869, extract then expand.
  private byte[] derive(byte[] label, byte[] subject, int length) {
    requireOpen();
    byte[] info =
        ByteBuffer.allocate(label.length + subject.length).put(label).put(subject).array();
    return Hkdf.derive(key, info, length);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the key was wiped");
    }
  }

  @Override
  public void close() {
    closed = true;
    Arrays.fill(key, (byte) 0);
  }

  @Override
  public String toString() {
    return "BackupKey[" + LENGTH + " bytes]";
  }
}
