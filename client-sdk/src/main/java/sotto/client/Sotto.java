package sotto.client;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import sotto.chain.AccountId;
import sotto.chain.DeviceId;
import sotto.client.internal.backup.Importer;
import sotto.client.internal.engine.ColdStart;
import sotto.client.internal.engine.Engine;
import sotto.client.internal.engine.Peer;
import sotto.client.internal.net.Dialer;
import sotto.client.internal.net.TlsDialer;
import sotto.client.internal.store.Salvage;
import sotto.client.internal.store.Store;
import sotto.group.GroupId;

/// One account on this device: an encrypted store in a folder, its *home*, and the engine that
/// keeps it in step with the server.
///
/// Every call works without a network unless it says otherwise, and what it has done is durable
/// when it returns. Thread-safe; calls block, so make them from threads that may (virtual ones are
/// fine). Failures are [SottoException]s.
public final class Sotto implements AutoCloseable {
  private static final Pattern CONSUMER = Pattern.compile("[a-z0-9._-]{1,64}");

  private final Engine engine;

  private Sotto(Engine engine) {
    this.engine = engine;
  }

  /// Opens a home, making it if there is none; with an account, connects by itself.
  ///
  /// @param home a folder; one process at a time owns it
  /// @throws SottoException WRONG_PASSPHRASE, HOME_IN_USE, STORAGE_FULL, STORAGE_DAMAGED
  public static Sotto open(Path home, Passphrase passphrase) {
    return open(home, passphrase, Options.defaults());
  }

  /// Opens a home with options.
  public static Sotto open(Path home, Passphrase passphrase, Options options) {
    ColdStart.begin(options.offline());
    return open(home, passphrase, options, new TlsDialer());
  }

  static Sotto open(Path home, Passphrase passphrase, Options options, Dialer dialer) {
    return new Sotto(
        Engine.open(
            home,
            passphrase.secret(),
            options.offline(),
            options.clock(),
            options.random(),
            options.archiveAfter(),
            options.telemetry().getTracer("sotto.client"),
            dialer));
  }

  /// Lets the store grow by so many pages only, as a full disk would.
  void limitStore(int pages) {
    engine.limitStore(pages);
  }

  /// Counts the work of the store's machine.
  LongAdder countWork() {
    return engine.countWork();
  }

  /// How many messages are not in the search index yet.
  long notIndexed() {
    return engine.notIndexed();
  }

  /// Whether the folder holds a home.
  public static boolean exists(Path home) {
    return Store.exists(home);
  }

  /// Has a home that nobody has open opened by another passphrase or key from now on. That is one
  /// step, whatever breaks off when. The store is not encrypted anew: its own key stays and is kept
  /// under the new passphrase, so that the old one still opens copies of the home that were made
  /// before.
  ///
  /// @throws SottoException WRONG_PASSPHRASE, HOME_IN_USE, STORAGE_FULL, STORAGE_DAMAGED
  public static void changePassphrase(Path home, Passphrase old, Passphrase fresh) {
    Store.rekey(home, old.secret(), fresh.secret(), new SecureRandom());
  }

  /// Looks through the whole store of a home that nobody has open.
  ///
  /// @return what is wrong, in technical words; nothing = it is sound
  /// @throws SottoException WRONG_PASSPHRASE, HOME_IN_USE, STORAGE_FULL
  public static List<String> checkStore(Path home, Passphrase passphrase) {
    return Salvage.problems(home, passphrase.secret(), new SecureRandom());
  }

  /// Brings all of a damaged home that can be read into a new one, with the same passphrase. The
  /// damaged one stays as it is, and must not be used afterwards: the new one is this device now.
  ///
  /// @param into a folder that does not exist, or is empty
  /// @throws SottoException WRONG_PASSPHRASE, HOME_IN_USE, STORAGE_FULL, INVALID_INPUT;
  ///   STORAGE_DAMAGED if the account itself cannot be read
  public static Salvaged salvage(Path home, Passphrase passphrase, Path into) {
    return Salvage.run(home, passphrase.secret(), into, new SecureRandom());
  }

  /// The account, once it is registered.
  public Optional<Account> account() {
    return engine.account();
  }

  /// Makes the account at a server, or continues a registration that broke off; then connects.
  /// Needs the server. The keys are in the store before the server hears of them.
  ///
  /// @throws SottoException ALREADY_REGISTERED, USERNAME_TAKEN, INVITE_REQUIRED,
  ///   REGISTRATION_CLOSED, SERVER_UNREACHABLE, SERVER_UNTRUSTED, REFUSED, RATE_LIMITED; the home
  ///   then stays unregistered, with its keys, for another try
  public Account register(ServerAddress server, Username username) {
    return engine.register(server, username, Optional.empty());
  }

  /// The same at a server that wants an invite. One that was spent by a registration that broke off
  /// is good for its continuation from this home.
  ///
  /// @throws SottoException as above, and INVITE_REFUSED
  public Account register(ServerAddress server, Username username, Invite invite) {
    return engine.register(server, username, Optional.of(invite));
  }

  /// Makes this home a new device of an account, from what its server keeps, and puts the account's
  /// last backup there. Needs the server, and blocks until all is here. Broken off, the same call
  /// goes on, as the same device.
  ///
  /// @param code the account's recovery code
  /// @param progress called on this thread after each part
  /// @throws SottoException ALREADY_REGISTERED, INVALID_INPUT if the code is mistyped,
  ///   BACKUP_WRONG_KEY, BACKUP_DAMAGED, TOO_MANY_DEVICES, SERVER_UNREACHABLE, SERVER_UNTRUSTED,
  ///   REFUSED, RATE_LIMITED; this home is then as it was
  public RestoredAccount restore(
      ServerAddress server, Username username, String code, Consumer<BackupProgress> progress) {
    return restored(engine.restores().kept(server, username, code, progress));
  }

  /// The same from a file that the recovery code opens.
  ///
  /// @throws SottoException as above, BACKUP_TRUNCATED, FILE
  public RestoredAccount restore(
      ServerAddress server, Path file, String code, Consumer<BackupProgress> progress) {
    return restored(engine.restores().file(server, file, code, progress));
  }

  /// The same from a file that a passphrase opens. The account gets another recovery code, see
  /// [#recoveryCode]. If the account's devices have changed since, it takes the recovery code.
  ///
  /// @param passphrase wiped
  /// @throws SottoException as above
  public RestoredAccount restore(
      ServerAddress server, Path file, char[] passphrase, Consumer<BackupProgress> progress) {
    return restored(engine.restores().file(server, file, passphrase, progress));
  }

  private RestoredAccount restored(Importer.Imported imported) {
    return new RestoredAccount(
        account().orElseThrow(),
        imported.messages(),
        imported.unreadable(),
        devices().stream().filter(device -> !device.current()).toList());
  }

  /// What the account is restored from when all its devices are lost.
  public Backup backup() {
    return new Backup(engine);
  }

  /// The account's recovery code, which is shown until [#recoveryCodeKept]; empty after that.
  public Optional<String> recoveryCode() {
    return engine.recoveryCode();
  }

  /// Forgets the recovery code: the user has it in a safe place.
  public void recoveryCodeKept() {
    engine.forgetRecoveryCode();
  }

  /// The devices of the account. Asks the server when each was last seen if there is a connection.
  public List<Device> devices() {
    return engine.devices().list();
  }

  /// Makes this home a device of an account that exists: shows a code, which [#addDevice] at a
  /// listed device of the account reads, waits for it up to ten minutes, and connects. Needs the
  /// server, the one that the account is at. Broken off, it begins anew with another code; if it
  /// had come so far that the other device has agreed, it goes on there.
  ///
  /// @param deviceName what people call this device, up to 64 bytes of UTF-8; only the account's
  ///   own devices learn it
  /// @param showCode told the code, to be shown as text and as a QR code; who sees it could pretend
  ///   to be the other device until it is used
  /// @return who this home is now: show it, as that is what the other device says
  /// @throws SottoException ALREADY_REGISTERED, LINK_FAILED, LINK_DECLINED, TOO_MANY_DEVICES,
  ///   SERVER_UNREACHABLE, SERVER_UNTRUSTED, REFUSED, RATE_LIMITED
  public Account link(ServerAddress server, String deviceName, Consumer<String> showCode) {
    return engine.link(server, deviceName, showCode);
  }

  /// Adds the device that shows a code to the account. Needs a connection. The code must come from
  /// the device itself: whoever's code is read becomes part of the account, and reads what is
  /// written from then on.
  ///
  /// @param code as it was typed or scanned
  /// @param agree asked with the name that the new device gives itself, which may be empty
  /// @throws SottoException INVALID_INPUT if the code is none; LINK_FAILED, LINK_DECLINED,
  ///   TOO_MANY_DEVICES, SERVER_UNREACHABLE, RATE_LIMITED, DEVICE_REMOVED
  public Device addDevice(String code, Predicate<String> agree) {
    return engine.devices().add(code, agree);
  }

  /// Gives this device another name; the account's other devices learn it with the next connection.
  ///
  /// @param deviceName what people call it, up to 64 bytes of UTF-8; empty for none
  /// @throws SottoException INVALID_INPUT if it is longer or has control characters
  public Device nameDevice(String deviceName) {
    return engine.devices().name(deviceName);
  }

  /// Removes a device from the account for good, this one too: it is cut off within a second, and
  /// nobody encrypts for it any more. What it has it keeps. Needs a connection.
  ///
  /// @throws SottoException INVALID_INPUT if there is no such device, or it is the last;
  ///   SERVER_UNREACHABLE, RATE_LIMITED, DEVICE_REMOVED
  public void removeDevice(DeviceId device) {
    engine.devices().remove(device);
  }

  /// Deletes the account for good, for all its devices: its mailboxes, keys, archive, backup and
  /// what else the server has of it go, its other devices are cut off within a second, and nobody
  /// gets its username again. What was sent to others is theirs. Once the server has confirmed it,
  /// this home goes too and this is closed; other devices keep what they have, readable. Needs a
  /// connection, unless the account has ended already. Safe to repeat.
  ///
  /// @throws SottoException NOT_REGISTERED, DEVICE_REMOVED, CLOSED
  public AccountDeletion deleteAccount() {
    return engine.deleteAccount();
  }

  /// What this account calls itself.
  ///
  /// @throws SottoException NOT_REGISTERED
  public Profile profile() {
    return engine.profile();
  }

  /// Sets that; durable here when this returns, and at the server, encrypted, as soon as there is a
  /// connection. Contacts that were accepted learn it with the next thing that goes to them, the
  /// account's other devices at once. A picture goes without what it says about its making.
  ///
  /// @throws SottoException NOT_REGISTERED, DEVICE_REMOVED, INVALID_INPUT, STORAGE_FULL
  public void setProfile(Profile profile) {
    engine.setProfile(profile);
  }

  /// Waits until the server has the profile.
  ///
  /// @return whether it does, in time
  /// @throws SottoException as [#awaitOnline], at once
  public boolean awaitProfile(Duration wait) {
    return engine.awaitProfile(wait);
  }

  /// How far history is on its way to new devices of the account, or from another one to this. It
  /// moves by itself while there is a connection; [Event.HistoryMoved] tells of each part.
  public HistoryTransfer history() {
    return engine.historyTransfer();
  }

  /// The conversation with a user. The name is looked up when there is a connection; without one it
  /// is kept and looked up later, and what was written to a name that nobody has then fails with
  /// `unknown_recipient`.
  ///
  /// @throws SottoException NOT_REGISTERED; UNKNOWN_USER when the server says so now
  public Conversation conversationWith(Username username) {
    return conversation(new Peer.Named(username));
  }

  /// The conversation with an account.
  public Conversation conversationWith(AccountId account) {
    return conversation(new Peer.Known(account));
  }

  private Conversation conversation(Peer peer) {
    engine.conversations().open(peer);
    return new Conversation(engine, peer);
  }

  /// Founds a group, with this account as its owner. Takes a connection; see [Group].
  ///
  /// @param title 1 to 128 bytes of UTF-8, all of it visible
  /// @param others its other members, at most 1,023
  /// @throws SottoException NOT_REGISTERED, SERVER_UNREACHABLE, INVALID_INPUT, REFUSED
  public Group createGroup(String title, List<AccountId> others) {
    return new Group(engine, engine.groups().found(title, others));
  }

  /// Joins a group by its invite link, or asks to where that needs approval. Takes a connection.
  ///
  /// @throws SottoException NOT_REGISTERED, SERVER_UNREACHABLE, INVALID_INPUT, REFUSED
  public Group joinGroup(String link) {
    return new Group(engine, engine.groups().join(link));
  }

  /// A group that this account is or was in.
  public Optional<Group> group(GroupId id) {
    return engine.groups().exists(id) ? Optional.of(new Group(engine, id)) : Optional.empty();
  }

  /// All groups that this account is or was in, in the order in which they came.
  public List<GroupInfo> groups() {
    return engine.groups().all();
  }

  /// All conversations that have a message, newest first.
  public List<ConversationSummary> conversations() {
    return engine.conversations().all();
  }

  /// Old messages that are kept at the server.
  public Archive archive() {
    return new Archive(engine);
  }

  /// How long messages are kept here.
  public Retention retention() {
    return new Retention(engine);
  }

  /// The message with this id, if the store or the archive has it.
  ///
  /// @throws SottoException SERVER_UNREACHABLE when it may be in the archive
  public Optional<MessageView> message(MessageId id) {
    return engine.message(id);
  }

  /// An own message by its id, to watch, cancel or retry it: also one of an earlier run.
  public Optional<SentMessage> sentMessage(MessageId id) {
    return engine.sentRow(id).map(row -> new SentMessage(engine, row, id));
  }

  /// Looks for messages in all conversations, newest first. What may be in the archive is fetched;
  /// where that is not possible, a [MessageView.Kind#ARCHIVED] stands for it.
  ///
  /// @throws SottoException INVALID_INPUT with a sentence if there is nothing in the query to go
  ///   by, or a user of whom nothing is here
  public List<MessageView> search(SearchQuery query) {
    return search(query, _ -> {});
  }

  /// The same, telling how far it is when the index has to be made first: once, for a store of an
  /// earlier version.
  ///
  /// @param progress called on this thread
  public List<MessageView> search(SearchQuery query, Consumer<HistoryProgress> progress) {
    return engine.conversations().searches().search(query, query.phrases(), progress);
  }

  /// Downloads a file of a message, decrypts and checks it, and puts it into a folder under its
  /// sanitised name, with a number if that is taken; never executable. Nothing is visible there
  /// before all of it is checked. A download that broke off goes on where it was. Needs the server.
  ///
  /// @param folder made if missing
  /// @throws SottoException SERVER_UNREACHABLE, STORAGE_FULL, FILE
  public SaveResult save(FileView file, Path folder) {
    return engine.save(file, folder);
  }

  /// Files that are downloaded by themselves.
  public AutoDownloads autoDownloads() {
    return new AutoDownloads(engine);
  }

  /// The events for the consumer `app`.
  public EventStream events() {
    return events("app");
  }

  /// The events for a named consumer: a new one starts with the oldest event kept, one that is
  /// known where it was.
  ///
  /// @param consumer 1 to 64 of `[a-z0-9._-]`
  public EventStream events(String consumer) {
    if (!CONSUMER.matcher(consumer).matches()) {
      throw SottoException.invalid("consumer", "A consumer's name is 1 to 64 of a-z, 0-9, . _ -");
    }
    return EventStream.of(engine, consumer);
  }

  /// The events from now on, without a cursor.
  public EventStream liveEvents() {
    return EventStream.live(engine);
  }

  /// Shows this account as online to contacts that were accepted, as long as the home is open, or
  /// no longer. Off until this is called: a program that only sends in passing is nobody's
  /// presence.
  public void appearOnline(boolean visible) {
    engine.appear(visible);
  }

  /// How this device stands to its server.
  public Connection connection() {
    return engine.connection();
  }

  /// Waits for a connection.
  ///
  /// @throws SottoException at once NOT_REGISTERED, SERVER_UNTRUSTED, DISPLACED, REFUSED; when the
  ///   time is over SERVER_UNREACHABLE or TIMED_OUT
  public void awaitOnline(Duration wait) {
    engine.awaitOnline(wait);
  }

  /// Waits until all that the mailbox held when this connection began is in the store.
  ///
  /// @return whether it is, in time
  /// @throws SottoException as [#awaitOnline], at once
  public boolean awaitMailboxEmpty(Duration wait) {
    return engine.awaitMailboxEmpty(wait);
  }

  /// Waits until the outbox holds nothing that can go now, receipts included.
  ///
  /// @return whether it does, in time
  /// @throws SottoException as [#awaitOnline], at once
  public boolean awaitOutbox(Duration wait) {
    return engine.awaitOutbox(wait);
  }

  /// Stops, within a second; what was not sent goes next time. Repeating it does nothing.
  @Override
  public void close() {
    engine.close();
  }
}
