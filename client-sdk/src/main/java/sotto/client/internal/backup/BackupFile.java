package sotto.client.internal.backup;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import sotto.archive.v1.BackupFileHeader;
import sotto.archive.v1.BackupIndex;
import sotto.archive.v1.PieceRef;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.archive.Segment;
import sotto.crypto.ArchiveKey;
import sotto.crypto.BackupKey;
import sotto.crypto.PassphraseKey;

/// A backup in a file, open for reading. Says of a file that cannot be read whether its end is
/// missing, it is damaged, or the key is another one. Not thread-safe.
///
/// ```
/// file  = "SOTTOBK1" ‖ length 4 ‖ BackupFileHeader ‖ piece … ‖ piece that is the index
/// piece = id 16 ‖ length 4 ‖ ciphertext
/// ```
public final class BackupFile implements Closeable {
  static final byte[] MAGIC = "SOTTOBK1".getBytes(StandardCharsets.US_ASCII);
  static final int PREFIX = MAGIC.length + Integer.BYTES;
  static final int FRAME = Pieces.ID + Integer.BYTES;
  private static final int MAX_HEADER = 1024;
  private static final int FILE_ID = 16;

  private final FileChannel channel;
  private final BackupFileHeader header;

  private BackupFile(FileChannel channel, BackupFileHeader header) {
    this.channel = channel;
    this.header = header;
  }

  /// Opens a file and reads what is in the clear.
  ///
  /// @throws SottoException FILE, BACKUP_TRUNCATED, BACKUP_DAMAGED
  public static BackupFile open(Path file) {
    try {
      FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
      try {
        return new BackupFile(channel, header(channel));
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private static BackupFileHeader header(FileChannel channel) throws IOException {
    ByteBuffer prefix = read(channel, 0, (int) Math.min(PREFIX, channel.size()));
    byte[] begin = new byte[Math.min(MAGIC.length, prefix.limit())];
    prefix.get(0, begin);
    if (!Arrays.equals(begin, Arrays.copyOf(MAGIC, begin.length))) {
      throw damaged("This file is no backup of Sotto.");
    }
    if (prefix.limit() < PREFIX) {
      throw truncated();
    }
    int length = prefix.getInt(MAGIC.length);
    if (length < 0 || length > MAX_HEADER) {
      throw damaged("The beginning of the backup is damaged.");
    }
    if (channel.size() < PREFIX + length) {
      throw truncated();
    }
    BackupFileHeader header = parse(read(channel, PREFIX, length));
    if (channel.size() < header.getSize()) {
      throw truncated();
    }
    if (channel.size() > header.getSize()
        || header.getIndexAt() < PREFIX + length
        || header.getIndexAt() > header.getSize() - FRAME) {
      throw damaged("The beginning of the backup is damaged.");
    }
    return header;
  }

  private static BackupFileHeader parse(ByteBuffer bytes) {
    try {
      BackupFileHeader header = BackupFileHeader.parseFrom(bytes);
      if (header.getFileId().size() == FILE_ID
          && header.getAccountId().size() == AccountId.LENGTH
          && header.getCheck().size() == BackupKey.CHECK_LENGTH
          && header.getKeyCase() != BackupFileHeader.KeyCase.KEY_NOT_SET) {
        return header;
      }
      throw damaged("The backup is of a newer version, or its beginning is damaged.");
    } catch (InvalidProtocolBufferException e) {
      throw damaged("The beginning of the backup is damaged.");
    }
  }

  /// Whose backup it says it is.
  public AccountId account() {
    return new AccountId(header.getAccountId().toByteArray());
  }

  /// How the key comes from a passphrase; empty = it comes from the recovery code.
  ///
  /// @throws SottoException BACKUP_DAMAGED
  public Optional<PassphraseKey.Parameters> passphrase() {
    if (!header.hasPassphrase()) {
      return Optional.empty();
    }
    sotto.archive.v1.PassphraseKey p = header.getPassphrase();
    try {
      return Optional.of(
          new PassphraseKey.Parameters(
              p.getMemoryKib(),
              p.getIterations(),
              p.getParallelism(),
              Bytes.of(p.getSalt().toByteArray())));
    } catch (IllegalArgumentException e) {
      throw damaged("The beginning of the backup is damaged.");
    }
  }

  /// Whether a key is this file's.
  boolean fits(BackupKey key) {
    byte[] check = key.check(Bytes.of(header.getFileId().toByteArray()));
    return MessageDigest.isEqual(check, header.getCheck().toByteArray());
  }

  /// The index.
  ///
  /// @param pieces with the file's key
  /// @throws SottoException BACKUP_DAMAGED, FILE
  BackupIndex index(Pieces pieces) {
    return read(header.getIndexAt(), header.getSize())
        .flatMap(piece -> pieces.index(piece.id(), piece.sealed(), true))
        .orElseThrow(() -> damaged("The list of what the backup holds is damaged."));
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Piece(Bytes id, byte[] sealed) {}

  /// Hands the messages of each piece on, in the order of the index.
  ///
  /// @param each gets the messages, or nothing where the piece is damaged
  void read(BackupIndex index, Pieces pieces, java.util.function.Consumer<Optional<Segment>> each) {
    long at = (long) PREFIX + header.getSerializedSize();
    for (PieceRef ref : index.getPiecesList()) {
      long next = at + FRAME + ref.getSize();
      Bytes id = Bytes.of(ref.getPieceId().toByteArray());
      each.accept(
          next > header.getIndexAt()
              ? Optional.empty()
              : read(at, next)
                  .filter(piece -> piece.id().equals(id))
                  .flatMap(piece -> pieces.segment(id, piece.sealed())));
      at = next;
    }
  }

  /// The piece between two places, if it fills them.
  private Optional<Piece> read(long from, long until) {
    long length = until - from - FRAME;
    if (length < 0 || length > ArchiveKey.blobSize(ArchiveKey.MAX_SEGMENT)) {
      return Optional.empty();
    }
    try {
      ByteBuffer frame = read(channel, from, FRAME + (int) length);
      byte[] id = new byte[Pieces.ID];
      frame.get(id);
      if (frame.getInt() != length) {
        return Optional.empty();
      }
      byte[] sealed = new byte[(int) length];
      frame.get(sealed);
      return Optional.of(new Piece(Bytes.of(id), sealed));
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private static ByteBuffer read(FileChannel channel, long from, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, from + bytes.position()) < 0) {
        throw truncated();
      }
    }
    return bytes.flip();
  }

  static BackupFileHeader.Builder begin(Bytes fileId, AccountId account, byte[] check) {
    return BackupFileHeader.newBuilder()
        .setFileId(ByteString.copyFrom(fileId.toArray()))
        .setAccountId(ByteString.copyFrom(account.bytes()))
        .setCheck(ByteString.copyFrom(check));
  }

  private static SottoException truncated() {
    return SottoException.of(
        Code.BACKUP_TRUNCATED, "The end of the backup is missing: it was not copied whole.");
  }

  static SottoException damaged(String sentence) {
    return SottoException.of(Code.BACKUP_DAMAGED, sentence);
  }

  private static SottoException unreadable(IOException e) {
    return SottoException.of(Code.FILE, "The backup cannot be read.", e);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }
}
