package sotto.client.internal.store;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Arrays;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;

/// All that a home keeps. Its parts are for the thread of the [Lane] only.
public final class Store implements AutoCloseable {
  private final Path home;
  private final HomeLock lock;
  private final Sql sql;
  private final Settings settings;
  private final Chains chains;
  private final SqlSessionStore sessions;
  private final PreKeyRows preKeys;
  private final Contacts contacts;
  private final Messages messages;
  private final Attached attached;
  private final KnownBlobs knownBlobs;
  private final WantedFiles wantedFiles;
  private final Outgoing outgoing;
  private final SendLog sendLog;
  private final Dedupe dedupe;
  private final Waiting waiting;
  private final Events events;
  private final Segments segments;
  private final ArchivedRows archivedRows;
  private final SearchIndex searchIndex;
  private final Removal removal;
  private final ArchiveWords archiveWords;
  private final SyncRows syncRows;
  private final HistoryRows historyRows;
  private final BackedUp backedUp;
  private final BackupPieces backupPieces;
  private final ProfileRows profiles;
  private final SqlSenderKeyStore senderKeys;
  private final GroupRows groups;
  private final GroupOutgoing groupOutgoing;
  private final KeysGiven keysGiven;
  private final GroupWaiting groupWaiting;
  private final GroupReceipts groupReceipts;
  private final OtherEnds otherEnds;

  private Store(Path home, HomeLock lock, Sql sql, Clock clock) {
    this.home = home;
    this.lock = lock;
    this.sql = sql;
    this.settings = new Settings(sql);
    this.chains = new Chains(sql);
    this.sessions = new SqlSessionStore(sql, chains::identity, clock);
    this.preKeys = new PreKeyRows(sql, settings);
    this.searchIndex = new SearchIndex(sql, settings);
    this.removal = new Removal(sql, searchIndex);
    this.contacts = new Contacts(sql, searchIndex);
    this.messages = new Messages(sql, settings, searchIndex);
    this.attached = new Attached(sql, searchIndex);
    this.knownBlobs = new KnownBlobs(sql);
    this.wantedFiles = new WantedFiles(sql, settings);
    this.outgoing = new Outgoing(sql);
    this.sendLog = new SendLog(sql);
    this.dedupe = new Dedupe(sql);
    this.waiting = new Waiting(sql);
    this.events = new Events(sql, messages, contacts);
    this.segments = new Segments(sql);
    MessageCopies copies = new MessageCopies(sql, settings, attached, searchIndex);
    this.archivedRows = new ArchivedRows(sql, copies, searchIndex);
    this.archiveWords = new ArchiveWords(sql, new ArchiveText(sql));
    this.syncRows = new SyncRows(sql);
    this.historyRows = new HistoryRows(sql, settings);
    this.backedUp = new BackedUp(sql, copies);
    this.backupPieces = new BackupPieces(sql);
    this.profiles = new ProfileRows(sql);
    this.senderKeys = new SqlSenderKeyStore(sql);
    this.groups = new GroupRows(sql);
    this.groupOutgoing = new GroupOutgoing(sql);
    this.keysGiven = new KeysGiven(sql);
    this.groupWaiting = new GroupWaiting(sql);
    this.groupReceipts = new GroupReceipts(sql);
    this.otherEnds = new OtherEnds(sql, contacts, groups);
  }

  /// Whether a folder holds a home.
  public static boolean exists(Path home) {
    return !new HomeRemoval(home).begun()
        && (new StoreFile(home).exists() || new KeyFile(home).exists());
  }

  /// Opens the store of a home, or makes it. A wrong secret changes nothing.
  ///
  /// @param clock the time as the server has it
  /// @throws SottoException WRONG_PASSPHRASE, HOME_IN_USE, STORAGE_FULL, STORAGE_DAMAGED
  public static Store open(Path home, Secret secret, SecureRandom random, Clock clock) {
    try {
      createFolder(home);
      HomeLock lock = HomeLock.take(home);
      try {
        HomeRemoval removal = new HomeRemoval(home);
        if (removal.begun()) {
          removal.finish();
        }
        Sql sql = new Sql(new StoreFile(home).connect(secret, random));
        try {
          Schema.bringUpToDate(sql);
          Room.giveBack(sql);
          sql.run("PRAGMA journal_mode = WAL");
          new KeyFile(home).noteStoreMade();
          return new Store(home, lock, sql, clock);
        } catch (IOException | RuntimeException e) {
          sql.close();
          throw e;
        }
      } catch (IOException | RuntimeException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw unusable(home, e);
    }
  }

  /// Loads the driver and its library.
  public static void load() {
    try {
      Driver.load();
    } catch (SQLException | SottoException e) {
      // Who opens a store will hear of it.
    }
  }

  /// Has a closed home opened by another secret from now on, in one step: whatever breaks off, one
  /// of both opens it.
  ///
  /// @throws SottoException as [#open]
  public static void rekey(Path home, Secret old, Secret fresh, SecureRandom random) {
    try (HomeLock _ = HomeLock.take(home)) {
      try (Sql sql = new Sql(new StoreFile(home).connect(old, random))) {
        var _ = sql.number("PRAGMA user_version");
      }
      KeyFile keyFile = new KeyFile(home);
      byte[] key = keyFile.key(old, random);
      try {
        keyFile.write(key, fresh, random);
      } finally {
        Arrays.fill(key, (byte) 0);
      }
    } catch (IOException e) {
      throw unusable(home, e);
    }
  }

  static SottoException unusable(Path home, IOException e) {
    return SottoException.of(
        Code.STORAGE_FULL, "The home " + home + " cannot be read or written.", e);
  }

  private static void createFolder(Path home) throws IOException {
    if (!Files.isDirectory(home)) {
      boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
      FileAttribute<?>[] ownerOnly =
          posix
              ? new FileAttribute<?>[] {
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
              }
              : new FileAttribute<?>[0];
      Files.createDirectories(home, ownerOnly);
    }
  }

  /// The folder for encrypted files that wait for their upload.
  public Path outgoingFolder() {
    return home.resolve("outgoing");
  }

  /// The folder for encrypted segments of the archive that wait for their upload.
  public Path archiveFolder() {
    return home.resolve("archive");
  }

  /// The folder for encrypted pieces of the backup that wait for their upload.
  public Path backupFolder() {
    return home.resolve("backup");
  }

  /// The folder for encrypted files that are on their way here.
  public Path incomingFolder() {
    return home.resolve("incoming");
  }

  /// The folder for files that were downloaded by themselves, unless another was chosen.
  public Path filesFolder() {
    return home.resolve("files").toAbsolutePath();
  }

  /// The connection.
  public Sql sql() {
    return sql;
  }

  /// Single values.
  public Settings settings() {
    return settings;
  }

  /// Chains of accounts.
  public Chains chains() {
    return chains;
  }

  /// Sessions and private pre-keys, for libsignal.
  public SqlSessionStore sessions() {
    return sessions;
  }

  /// Private pre-keys, for making and forgetting them.
  public PreKeyRows preKeys() {
    return preKeys;
  }

  /// Contacts.
  public Contacts contacts() {
    return contacts;
  }

  /// Messages.
  public Messages messages() {
    return messages;
  }

  /// Files of messages.
  public Attached attached() {
    return attached;
  }

  /// Files that were uploaded.
  public KnownBlobs knownBlobs() {
    return knownBlobs;
  }

  /// Files that are to be downloaded by themselves.
  public WantedFiles wantedFiles() {
    return wantedFiles;
  }

  /// The outbox.
  public Outgoing outgoing() {
    return outgoing;
  }

  /// What was sent how.
  public SendLog sendLog() {
    return sendLog;
  }

  /// What was received before.
  public Dedupe dedupe() {
    return dedupe;
  }

  /// What waits for a chain.
  public Waiting waiting() {
    return waiting;
  }

  /// What happened.
  public Events events() {
    return events;
  }

  /// Segments of the archive.
  public Segments segments() {
    return segments;
  }

  /// Messages on their way into the archive and back.
  public ArchivedRows archivedRows() {
    return archivedRows;
  }

  /// The words of the archive.
  public ArchiveWords archiveWords() {
    return archiveWords;
  }

  /// Takes messages away.
  public Removal removal() {
    return removal;
  }

  /// The words of the messages.
  public SearchIndex searchIndex() {
    return searchIndex;
  }

  /// What keeps the devices of the account alike.
  public SyncRows syncRows() {
    return syncRows;
  }

  /// History on its way to other devices and from them.
  public HistoryRows historyRows() {
    return historyRows;
  }

  /// Messages on their way into the backup and back.
  public BackedUp backedUp() {
    return backedUp;
  }

  /// Pieces of the backup.
  public BackupPieces backupPieces() {
    return backupPieces;
  }

  /// What accounts call themselves.
  public ProfileRows profiles() {
    return profiles;
  }

  /// Sender keys.
  public SqlSenderKeyStore senderKeys() {
    return senderKeys;
  }

  /// Groups.
  public GroupRows groups() {
    return groups;
  }

  /// Messages on their way to groups.
  public GroupOutgoing groupOutgoing() {
    return groupOutgoing;
  }

  /// Who has the own sender keys.
  public KeysGiven keysGiven() {
    return keysGiven;
  }

  /// Messages to groups that cannot be read yet.
  public GroupWaiting groupWaiting() {
    return groupWaiting;
  }

  /// Which conversation is with whom.
  public OtherEnds otherEnds() {
    return otherEnds;
  }

  /// Which members have which messages.
  public GroupReceipts groupReceipts() {
    return groupReceipts;
  }

  /// Closes the store and takes the home away, but for files that were saved there. Broken off,
  /// that goes on when the home is opened.
  ///
  /// @throws SottoException STORAGE_FULL if something stays
  public void closeAndRemove() {
    HomeRemoval goes = new HomeRemoval(home);
    try {
      goes.begin();
      sql.close();
      goes.finish();
    } catch (IOException e) {
      throw unusable(home, e);
    } finally {
      close();
    }
    try {
      Files.deleteIfExists(home.resolve(HomeLock.NAME));
      Files.deleteIfExists(home);
    } catch (DirectoryNotEmptyException e) {
      // Files that were saved there.
      return;
    } catch (IOException e) {
      throw unusable(home, e);
    }
  }

  @Override
  public void close() {
    try {
      sql.close();
    } finally {
      try {
        lock.close();
      } catch (IOException e) {
        // The lock ends with the process.
      }
    }
  }
}
