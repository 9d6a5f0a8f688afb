package sotto.client.internal.backup;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import sotto.archive.v1.BackupIndex;
import sotto.archive.v1.BackupManifest;
import sotto.archive.v1.PieceRef;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.Username;
import sotto.client.internal.archive.Segment;
import sotto.crypto.BackupKey;
import sotto.crypto.RecoveryKey;

/// A backup that was opened with its key: from the server, or a file. Close it to wipe the keys.
public final class Opened implements AutoCloseable {
  private static final int VERSION = 1;

  /// Hands the messages of each piece on, or nothing where it cannot be read.
  private interface Reader {
    void read(BackupIndex index, Pieces pieces, Consumer<Optional<Segment>> each);
  }

  private final Username username;
  private final AccountChain chain;
  private final RecoveryKey recoveryKey;
  private final Optional<BackupIndex> index;
  private final List<PieceRef> atServer;
  private final Pieces pieces;
  private final Reader reader;

  private Opened(
      Username username,
      AccountChain chain,
      RecoveryKey recoveryKey,
      Optional<BackupIndex> index,
      List<PieceRef> atServer,
      Pieces pieces,
      Reader reader) {
    this.username = username;
    this.chain = chain;
    this.recoveryKey = recoveryKey;
    this.index = index;
    this.atServer = atServer;
    this.pieces = pieces;
    this.reader = reader;
  }

  /// Gets a blob of the account from the server; empty if it has none of that size.
  @FunctionalInterface
  public interface BlobSource {
    /// Blocks.
    Optional<byte[]> get(Bytes blobId, long size);
  }

  /// The backup that a recovery record names.
  ///
  /// @param chain the account's, as the server gave it, checked
  /// @param manifest decrypted
  /// @param key stays the caller's
  /// @throws SottoException BACKUP_DAMAGED, SERVER_UNREACHABLE
  public static Opened kept(AccountChain chain, Bytes manifest, BackupKey key, BlobSource blobs) {
    BackupManifest read = manifest(manifest, chain.id());
    Pieces pieces = new Pieces(chain.id(), key);
    try {
      Optional<BackupIndex> index =
          read.hasIndex() ? Optional.of(index(read.getIndex(), pieces, blobs)) : Optional.empty();
      return new Opened(
          new Username(read.getUsername()),
          chain,
          RecoveryKey.of(read.getRecoverySecret().toByteArray()),
          index,
          Stream.concat(
                  read.hasIndex() ? Stream.of(read.getIndex()) : Stream.empty(),
                  index.stream().flatMap(i -> i.getPiecesList().stream()))
              .toList(),
          pieces,
          (of, with, each) ->
              of.getPiecesList().forEach(piece -> each.accept(segment(piece, with, blobs))));
    } catch (RuntimeException e) {
      pieces.close();
      throw e;
    }
  }

  private static BackupManifest manifest(Bytes bytes, AccountId account) {
    try {
      BackupManifest manifest = BackupManifest.parseFrom(bytes.toArray());
      if (manifest.getVersion() == VERSION
          && manifest.getAccountId().equals(ByteString.copyFrom(account.bytes()))
          && Username.valid(manifest.getUsername())
          && manifest.getRecoverySecret().size() == RecoveryKey.LENGTH
          && (!manifest.hasIndex() || Index.valid(manifest.getIndex(), false))) {
        return manifest;
      }
    } catch (InvalidProtocolBufferException e) {
      throw SottoException.of(
          Code.BACKUP_DAMAGED, "The account's recovery record is malformed.", e);
    }
    throw BackupFile.damaged("The account's recovery record is malformed, or of a newer version.");
  }

  private static BackupIndex index(PieceRef ref, Pieces pieces, BlobSource blobs) {
    Bytes id = Bytes.of(ref.getPieceId().toByteArray());
    return blobs
        .get(Bytes.of(ref.getBlobId().toByteArray()), ref.getSize())
        .flatMap(sealed -> pieces.index(id, sealed, false))
        .orElseThrow(() ->
            BackupFile.damaged(
                "The server has lost or damaged the list of what the backup holds."));
  }

  private static Optional<Segment> segment(PieceRef ref, Pieces pieces, BlobSource blobs) {
    Bytes id = Bytes.of(ref.getPieceId().toByteArray());
    return blobs
        .get(Bytes.of(ref.getBlobId().toByteArray()), ref.getSize())
        .flatMap(sealed -> pieces.segment(id, sealed));
  }

  /// The backup in a file.
  ///
  /// @param file stays open for as long as this is
  /// @param key stays the caller's
  /// @param newest the account's chain as the server has it; empty = that of the file
  /// @throws SottoException BACKUP_WRONG_KEY, BACKUP_DAMAGED, FILE
  public static Opened file(BackupFile file, BackupKey key, Optional<AccountChain> newest) {
    if (!file.fits(key)) {
      throw SottoException.of(
          Code.BACKUP_WRONG_KEY,
          file.passphrase().isPresent()
              ? "The passphrase does not open this backup."
              : "The recovery code is not that of this backup.");
    }
    Pieces pieces = new Pieces(file.account(), key);
    try {
      BackupIndex index = file.index(pieces);
      return new Opened(
          new Username(index.getUsername()),
          newest.or(() -> Index.chain(index)).orElseThrow(),
          RecoveryKey.of(index.getRecoverySecret().toByteArray()),
          Optional.of(index),
          List.of(),
          pieces,
          file::read);
    } catch (RuntimeException e) {
      pieces.close();
      throw e;
    }
  }

  /// The account's username.
  public Username username() {
    return username;
  }

  /// The account's chain.
  public AccountChain chain() {
    return chain;
  }

  /// The key that may sign links of the account.
  public RecoveryKey recoveryKey() {
    return recoveryKey;
  }

  /// What it holds; empty = no backup was made, there is the account alone.
  public Optional<BackupIndex> index() {
    return index;
  }

  /// The pieces that are at the server, the index among them.
  List<PieceRef> atServer() {
    return atServer;
  }

  /// Hands the messages of each piece on, in order.
  void read(Consumer<Optional<Segment>> each) {
    index.ifPresent(i -> reader.read(i, pieces, each));
  }

  @Override
  public void close() {
    pieces.close();
    recoveryKey.close();
  }
}
