package sotto.client.internal.backup;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import sotto.archive.v1.BackupContact;
import sotto.archive.v1.BackupIndex;
import sotto.archive.v1.BackupVerification;
import sotto.archive.v1.Manifest;
import sotto.archive.v1.PieceRef;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.client.Username;
import sotto.client.Verification;
import sotto.client.internal.archive.SegmentFormat;
import sotto.client.internal.files.AttachmentFormat;
import sotto.client.internal.store.ContactRow;
import sotto.client.internal.store.OtherEnd;
import sotto.client.internal.store.Settings;
import sotto.client.internal.store.Store;
import sotto.crypto.ArchiveKey;
import sotto.crypto.ProfileKey;
import sotto.crypto.RecoveryKey;

/// The index of a backup: made from the store, and read. What is read is refused unless every field
/// is within its bounds.
final class Index {
  private static final int VERSION = 1;
  private static final int PIECE_ID = 16;

  private Index() {}

  /// The index of this home as it is. On the lane.
  ///
  /// @param archiveKey the archive's key; empty = there is no archive
  /// @param archive what is in the archive
  /// @param pieces those with messages
  static BackupIndex of(
      Store store,
      long now,
      byte[] archiveKey,
      Manifest archive,
      List<PieceRef> pieces,
      long messages) {
    Settings settings = store.settings();
    AccountId account = new AccountId(settings.bytes("account_id").orElseThrow());
    byte[] secret = new RecoverySecrets(settings).recoverySecret();
    BackupIndex.Builder index =
        BackupIndex.newBuilder()
            .setVersion(VERSION)
            .setAccountId(ByteString.copyFrom(account.bytes()))
            .setUsername(settings.text("username").orElseThrow())
            .setMadeAtMs(now)
            .setRecoverySecret(ByteString.copyFrom(secret))
            .setArchiveKey(ByteString.copyFrom(archiveKey))
            .setArchive(archive)
            .addAllPieces(pieces)
            .setMessages(messages);
    Arrays.fill(secret, (byte) 0);
    store
        .profiles()
        .find(account)
        .ifPresent(own ->
            index
                .setProfileKey(ByteString.copyFrom(own.key().bytes()))
                .setProfileVersion(own.named()));
    store
        .chains()
        .of(account)
        .orElseThrow()
        .links()
        .forEach(link -> index.addLinks(ByteString.copyFrom(link.bytes())));
    store.contacts().known().forEach(contact -> index.addContacts(contact(store, contact)));
    store
        .groups()
        .all()
        .forEach(
            row -> index.addGroups(SegmentFormat.write(new OtherEnd.InGroup(row.id(), row.key()))));
    return index.build();
  }

  private static BackupContact contact(Store store, ContactRow row) {
    BackupContact.Builder contact =
        BackupContact.newBuilder()
            .setAccountId(ByteString.copyFrom(row.account().orElseThrow().bytes()))
            .setUsername(row.username().map(Username::value).orElse(""))
            .setVerification(
                switch (row.verification()) {
                  case UNVERIFIED -> BackupVerification.BACKUP_VERIFICATION_UNSPECIFIED;
                  case VERIFIED -> BackupVerification.BACKUP_VERIFICATION_VERIFIED;
                  case CHANGED -> BackupVerification.BACKUP_VERIFICATION_CHANGED;
                })
            .setAccepted(row.accepted())
            .setBlocked(row.blocked());
    row.account()
        .flatMap(store.profiles()::find)
        .ifPresent(profile -> contact.setProfileKey(ByteString.copyFrom(profile.key().bytes())));
    return contact.build();
  }

  /// What is known about the keys of a contact in an index.
  static Verification verification(BackupContact contact) {
    return switch (contact.getVerification()) {
      case BACKUP_VERIFICATION_VERIFIED -> Verification.VERIFIED;
      case BACKUP_VERIFICATION_CHANGED -> Verification.CHANGED;
      case BACKUP_VERIFICATION_UNSPECIFIED, UNRECOGNIZED -> Verification.UNVERIFIED;
    };
  }

  /// Reads an index.
  ///
  /// @param inFile whether its pieces lie in a file, and not at the server
  /// @return empty if a field is out of its bounds, or it is of a newer version
  static Optional<BackupIndex> read(byte[] bytes, boolean inFile) {
    try {
      BackupIndex index = BackupIndex.parseFrom(bytes);
      return valid(index, inFile) ? Optional.of(index) : Optional.empty();
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  private static boolean valid(BackupIndex index, boolean inFile) {
    return index.getVersion() == VERSION
        && index.getAccountId().size() == AccountId.LENGTH
        && Username.valid(index.getUsername())
        && index.getRecoverySecret().size() == RecoveryKey.LENGTH
        && (index.getArchiveKey().isEmpty() || index.getArchiveKey().size() == ArchiveKey.LENGTH)
        && (index.getProfileKey().isEmpty() || index.getProfileKey().size() == ProfileKey.LENGTH)
        && chain(index).isPresent()
        && index.getContactsList().stream().allMatch(Index::valid)
        && index.getPiecesList().stream().allMatch(piece -> valid(piece, inFile));
  }

  private static boolean valid(BackupContact contact) {
    return contact.getAccountId().size() == AccountId.LENGTH
        && (contact.getUsername().isEmpty() || Username.valid(contact.getUsername()))
        && (contact.getProfileKey().isEmpty()
            || contact.getProfileKey().size() == ProfileKey.LENGTH);
  }

  /// Whether a reference to a piece is within its bounds.
  static boolean valid(PieceRef piece, boolean inFile) {
    return piece.getPieceId().size() == PIECE_ID
        && piece.getBlobId().size() == (inFile ? 0 : AttachmentFormat.BLOB_ID)
        && piece.getSize() > 0
        && piece.getSize() <= ArchiveKey.blobSize(ArchiveKey.MAX_SEGMENT);
  }

  /// The account's chain as it was when the backup was made.
  static Optional<AccountChain> chain(BackupIndex index) {
    List<byte[]> links = index.getLinksList().stream().map(ByteString::toByteArray).toList();
    return !links.isEmpty()
            && AccountChain.of(links) instanceof AccountChain.Extended(AccountChain chain)
            && Arrays.equals(chain.id().bytes(), index.getAccountId().toByteArray())
        ? Optional.of(chain)
        : Optional.empty();
  }
}
