package sotto.client.internal.backup;

import com.google.protobuf.ByteString;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import sotto.archive.v1.BackupIndex;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.archive.Segment;
import sotto.client.internal.archive.SegmentFormat;
import sotto.crypto.ArchiveKey;
import sotto.crypto.AttachmentDamaged;
import sotto.crypto.BackupKey;

/// Pieces of the backups of one account: to ciphertext and back. Close it to wipe the key.
final class Pieces implements AutoCloseable {
  /// The size of a piece's id.
  static final int ID = 16;

  private final AccountId account;
  private final ArchiveKey key;

  Pieces(AccountId account, BackupKey key) {
    this.account = account;
    this.key = key.pieces(account);
  }

  AccountId account() {
    return account;
  }

  static Bytes newId(SecureRandom random) {
    byte[] id = new byte[ID];
    random.nextBytes(id);
    return Bytes.of(id);
  }

  byte[] seal(Segment segment) {
    byte[] plain = SegmentFormat.write(segment);
    try {
      return key.seal(segment.id(), plain);
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  /// @throws SottoException REFUSED if the index is too large
  byte[] seal(Bytes id, BackupIndex index) {
    byte[] plain = index.toByteArray();
    try {
      if (plain.length > ArchiveKey.MAX_SEGMENT) {
        throw SottoException.of(
            Code.REFUSED, "This account has more contacts or messages than a backup can hold.");
      }
      return key.seal(id, plain);
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  /// The messages of a piece.
  ///
  /// @return empty if it is none of this account by that id
  Optional<Segment> segment(Bytes id, byte[] sealed) {
    return open(id, sealed)
        .flatMap(SegmentFormat::read)
        .filter(s -> s.id().equals(id) && s.owner().equals(account));
  }

  /// The index that a piece is.
  ///
  /// @return empty if it is none of this account by that id, or of a newer version
  Optional<BackupIndex> index(Bytes id, byte[] sealed, boolean inFile) {
    return open(id, sealed)
        .flatMap(plain -> Index.read(plain, inFile))
        .filter(index -> index.getAccountId().equals(ByteString.copyFrom(account.bytes())));
  }

  private Optional<byte[]> open(Bytes id, byte[] sealed) {
    try {
      return Optional.of(key.open(id, sealed));
    } catch (AttachmentDamaged e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    key.close();
  }
}
