package sotto.client.internal.engine;

import io.opentelemetry.api.trace.Tracer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import sotto.chat.v1.ServerFrame;
import sotto.chat.v1.Welcome;
import sotto.client.Account;
import sotto.client.AccountDeletion;
import sotto.client.Connection;
import sotto.client.Connection.State;
import sotto.client.Event;
import sotto.client.FileView;
import sotto.client.HistoryTransfer;
import sotto.client.Invite;
import sotto.client.MessageId;
import sotto.client.MessageView;
import sotto.client.Profile;
import sotto.client.Progress;
import sotto.client.SaveResult;
import sotto.client.ServerAddress;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.Status;
import sotto.client.Username;
import sotto.client.internal.archive.Archives;
import sotto.client.internal.archive.Depot;
import sotto.client.internal.backup.Backups;
import sotto.client.internal.backup.Importer;
import sotto.client.internal.backup.RecoverySecrets;
import sotto.client.internal.net.ChatStream;
import sotto.client.internal.net.Dialer;
import sotto.client.internal.net.ServerCalls;
import sotto.client.internal.net.Standing;
import sotto.client.internal.net.Wire;
import sotto.client.internal.store.Attached;
import sotto.client.internal.store.Dedupe;
import sotto.client.internal.store.Events;
import sotto.client.internal.store.Lane;
import sotto.client.internal.store.Messages;
import sotto.client.internal.store.Secret;
import sotto.client.internal.store.Store;

/// One open home: everything wired together.
public final class Engine implements AutoCloseable {
  private static final String CLOCK_OFFSET = "clock_offset";
  private static final Duration ARCHIVE_CHECK = Duration.ofMinutes(5);
  private static final Duration SUPPLY_PATIENCE = Duration.ofSeconds(10);

  private final Core core;
  private final Dialer dialer;
  private final boolean offline;
  private final HomeAccount home;
  private final Registration registration;
  private final Joining joining;
  private final Devices devices;
  private final AccountEnd accountEnd;
  private final Provisioning provisioning;
  private final HistoryTransfers history;
  private final Outbox outbox;
  private final Certificates certificates;
  private final SealedLine sealedLine;
  private final Groups groups;
  private final GroupSync groupSync;
  private final GroupOutbox groupOutbox;
  private final GroupChanges groupChanges;
  private final GroupPictures groupPictures;
  private final OwnGroups ownGroups;
  private final Inbox inbox;
  private final Names names;
  private final OutgoingFiles outgoingFiles;
  private final Transfers transfers;
  private final Uploads uploads;
  private final Downloads downloads;
  private final AutoSaver autoSaver;
  private final Unsent unsent;
  private final Expiry expiry;
  private final Pruning pruning;
  private final Removals removals;
  private final Presence presence;
  private final SelfProfile selfProfile;
  private final ProfileRounds profiles;
  private final PreKeySupply supply;
  private final ChainSync chains;
  private final Conversations conversations;
  private final Archives archives;
  private final Backups backups;
  private final Restores restores;
  private final Optional<Duration> archiveAfter;
  private final ConnectionNumbers numbers;
  private final Connector connector;
  private volatile boolean mailboxEmpty;
  private volatile boolean supplied;

  private Engine(Core core, Dialer dialer, boolean offline, Optional<Duration> archiveAfter) {
    this.core = core;
    this.archiveAfter = archiveAfter;
    this.archives =
        new Archives(
            core.lane(),
            core.store(),
            core.clock()::millis,
            core.random(),
            () -> core.session().map(Session::blobs),
            step -> CrashPoint.of(step).reached());
    this.dialer = dialer;
    Depot depot = new Depot(() -> core.session().map(Session::blobs));
    this.offline = offline;
    this.home = new HomeAccount(core);
    this.registration = new Registration(core, home);
    DeviceNames deviceNames = new DeviceNames(core);
    DeviceChanges deviceChanges = new DeviceChanges(core, deviceNames);
    this.joining = new Joining(core, home, deviceNames);
    this.chains = new ChainSync(core, deviceChanges);
    this.outgoingFiles = new OutgoingFiles(core);
    this.transfers = new Transfers(core);
    this.uploads = new Uploads(core, outgoingFiles, transfers);
    this.downloads = new Downloads(core, transfers, archives.history()::rows);
    this.autoSaver = new AutoSaver(core, downloads::save);
    this.groups = new Groups(core);
    this.groupSync = new GroupSync(core, chains, groups);
    Sealer sealer = new Sealer(core, groups);
    this.certificates = new Certificates(core);
    this.sealedLine = new SealedLine(core, dialer);
    Wrapper wrapper = new Wrapper(core, certificates);
    Sessions sessions = new Sessions(core, chains);
    this.outbox = new Outbox(core, sealer, wrapper, sealedLine, sessions, uploads::wake);
    this.groupOutbox =
        new GroupOutbox(
            core, groups, new GroupKeys(core, outbox), groupSync, sealer, sessions, uploads::wake);
    outbox.listens(groupOutbox.listener());
    groups.onChange(groupOutbox::wake);
    uploads.feeds(outbox, groupOutbox);
    certificates.onRenewed(outbox::certified);
    this.groupChanges = new GroupChanges(core, groups, groupSync, outbox);
    Syncs syncs = new Syncs(core, outbox, deviceNames);
    this.presence = new Presence(core);
    PictureBlobs pictures = new PictureBlobs(core, depot);
    this.selfProfile = new SelfProfile(core, presence, pictures, syncs, certificates);
    selfProfile.onGiven(outbox::wake);
    this.groupPictures = new GroupPictures(core, groups, pictures);
    this.ownGroups = new OwnGroups(core, groups, groupChanges, pictures);
    Decisions decisions = new Decisions(core, outbox, presence, autoSaver, selfProfile);
    this.pruning = new Pruning(core, syncs);
    this.removals = new Removals(core, archives, uploads, syncs);
    OwnDevices ownDevices =
        new OwnDevices(core, outbox, deviceNames, decisions, selfProfile, removals, pruning);
    this.provisioning = new Provisioning(core, syncs, deviceNames, pruning, groupChanges);
    this.history =
        new HistoryTransfers(
            core, archives.historySender(provisioning.post()), archives.historyReceiver());
    ownDevices.onHistory(history::wake);
    provisioning.onHistory(history::wake);
    deviceChanges.onOwn(provisioning::check);
    OwnChain ownChain = new OwnChain(core, chains);
    this.accountEnd = new AccountEnd(core, ownChain);
    this.devices =
        new Devices(
            core,
            ownChain,
            new Admission(core, ownChain, deviceNames, archives),
            deviceNames,
            syncs,
            provisioning::check);
    this.names = new Names(core, outbox);
    PeerProfiles peerProfiles = new PeerProfiles(core, names, pictures);
    this.profiles = new ProfileRounds(core, selfProfile, peerProfiles);
    Retries retries = new Retries(core, outbox, groups);
    GroupReception groupReception =
        new GroupReception(core, groups, groupSync, outbox, retries, names, autoSaver);
    groupSync.onSettled(group -> {
      groupReception.settled(group);
      groupOutbox.wakeFor(group);
      groupPictures.wake(group);
    });
    this.inbox =
        new Inbox(
            core,
            chains,
            new Reception(
                core, outbox, retries, names, autoSaver, ownDevices, peerProfiles, groupReception),
            retries,
            groupReception,
            wrapper);
    names.onAccessKey(presence::accessKeyLearned);
    this.unsent = new Unsent(core, outbox, groupOutbox, uploads);
    this.expiry = new Expiry(core, outbox, groupOutbox);
    this.supply = new PreKeySupply(core);
    this.conversations =
        new Conversations(
            core,
            outbox,
            new OutgoingMessages(
                core, outbox, names, outgoingFiles, uploads, autoSaver, groupOutbox),
            new Typing(core, sealer),
            presence,
            names,
            chains,
            archives.history(),
            decisions,
            peerProfiles,
            removals,
            syncs,
            groupOutbox);
    this.numbers = new ConnectionNumbers(core);
    this.connector = new Connector(core, dialer, new Guest());
    this.backups =
        new Backups(
            core.lane(),
            core.store(),
            core.clock()::millis,
            core.random(),
            archives,
            () -> core.session().map(Session::calls),
            () -> core.session().map(Session::blobs));
    this.restores =
        new Restores(
            new Restoring(
                core,
                home,
                backups.records(),
                new Importer(core.lane(), core.store(), core.clock()::millis, archives),
                groupSync),
            dialer,
            this::connectAndSupply);
  }

  /// Opens a home; when it is registered and not to stay offline, connects.
  public static Engine open(
      Path home,
      Secret secret,
      boolean offline,
      Clock machine,
      SecureRandom random,
      Optional<Duration> archiveAfter,
      Tracer tracer,
      Dialer dialer) {
    ServerClock clock = new ServerClock(machine);
    Store store = Store.open(home, secret, random, clock);
    AtomicReference<Optional<Engine>> opened = new AtomicReference<>(Optional.empty());
    Lane lane =
        new Lane(
            store.sql(),
            problem -> opened.get().ifPresent(e -> e.connector.storageBlocked(problem)));
    Timers timers = new Timers();
    try {
      Engine engine =
          new Engine(
              new Core(store, lane, clock, random, timers, tracer), dialer, offline, archiveAfter);
      opened.set(Optional.of(engine));
      engine.start();
      return engine;
    } catch (RuntimeException e) {
      timers.close();
      lane.close();
      store.close();
      throw e;
    }
  }

  private void start() {
    Optional<Identity> identity =
        core.lane()
            .call(_ -> {
              core.store().settings().number(CLOCK_OFFSET).ifPresent(core.clock()::setOffset);
              outgoingFiles.sweep();
              downloads.sweep();
              autoSaver.load();
              archives.sweep();
              new RecoverySecrets(core.store().settings()).complete(core.random());
              return home.load();
            });
    identity.ifPresent(core::setIdentity);
    Standing standing = core.lane().call(_ -> accountEnd.standing());
    if (standing != Standing.LISTED) {
      core.setStanding(standing);
      connector.stay(standing);
    } else if (identity.isPresent() && !offline) {
      connector.start();
    }
    archiveAfter.ifPresent(this::archiveByItself);
    conversations.searches().begin();
    expiry.begin();
    pruning.begin();
    core.inBackground("deletion", removals::finish);
  }

  /// Looks every now and then whether it is time; when the last time was is in the store.
  private void archiveByItself(Duration age) {
    core.timers()
        .after(
            ARCHIVE_CHECK.toMillis(),
            () -> {
              core.session()
                  .ifPresent(_ -> core.inBackground("archive", () -> archives.byItself(age)));
              archiveByItself(age);
            });
  }

  /// Conversations.
  public Conversations conversations() {
    return conversations;
  }

  /// Groups.
  public OwnGroups groups() {
    requireOpen();
    return ownGroups;
  }

  /// The archive.
  ///
  /// @throws SottoException NOT_REGISTERED, CLOSED
  public Archives archives() {
    requireOpen();
    core.self();
    return archives;
  }

  /// The account.
  public Optional<Account> account() {
    return core.identity().map(Identity::account);
  }

  /// Makes this home a device of an account that exists, and connects.
  ///
  /// @param show told the code that a listed device must read
  public Account link(ServerAddress server, String name, Consumer<String> show) {
    requireOpen();
    LinkMessages.requireName(name);
    Identity identity =
        atFirstThatAnswers(
            server,
            wire -> joining.join(ServerCalls.withoutToken(wire.channel()), server, name, show));
    core.setIdentity(identity);
    connectAndSupply();
    return identity.account();
  }

  /// Backups of the account.
  ///
  /// @throws SottoException NOT_REGISTERED, CLOSED
  public Backups backups() {
    requireOpen();
    core.self();
    return backups;
  }

  /// Restores an account into this home.
  public Restores restores() {
    requireOpen();
    return restores;
  }

  /// The devices of the account.
  public Devices devices() {
    return devices;
  }

  /// How far history is between the account's devices.
  public HistoryTransfer historyTransfer() {
    core.self();
    return history.progress();
  }

  /// Registers, and connects.
  ///
  /// @param invite where the server wants one
  public Account register(ServerAddress server, Username username, Optional<Invite> invite) {
    requireOpen();
    Account account =
        atFirstThatAnswers(server, wire -> registration.register(wire, server, username, invite));
    connectAndSupply();
    return account;
  }

  private void connectAndSupply() {
    if (!offline) {
      connector.start();
      // Best done before a short-lived process ends; the next connection makes up for it.
      var _ = core.progress().await(() -> supplied || failed(), SUPPLY_PATIENCE);
    }
  }

  /// At the first of the server's addresses that answers.
  private <R> R atFirstThatAnswers(ServerAddress server, Function<Wire, R> action) {
    Places places = new Places(server, core.random());
    while (true) {
      try (Wire wire = dialer.dial(places.next())) {
        return action.apply(wire);
      } catch (SottoException e) {
        if (e.code() != SottoException.Code.SERVER_UNREACHABLE || places.roundIsOver()) {
          throw e;
        }
      }
    }
  }

  private boolean failed() {
    return core.closed() || connector.connection().problem().isPresent();
  }

  /// The recovery code.
  public Optional<String> recoveryCode() {
    return core.lane().call(_ -> new RecoverySecrets(core.store().settings()).code());
  }

  /// Forgets the recovery code.
  public void forgetRecoveryCode() {
    core.lane()
        .call(_ -> {
          new RecoverySecrets(core.store().settings()).forgetCode();
          return true;
        });
  }

  /// A fresh id for a message.
  public MessageId newMessageId() {
    return core.newMessageId();
  }

  /// A message by its id.
  public Optional<MessageView> message(MessageId id) {
    return archives.history().find(id);
  }

  /// A message by its row, or by its id if it has left the store.
  public MessageView view(long row, MessageId id) {
    return core.lane()
        .call(_ -> core.store().messages().state(row).map(s -> core.store().messages().view(row)))
        .or(() -> archives.history().find(id))
        .orElseThrow(() -> SottoException.invalid("message", "There is no such message."));
  }

  /// Waits until a message has come so far.
  ///
  /// @return its status then
  public Status await(long row, MessageId id, Status wanted, Duration wait) {
    Signal signal = core.statuses().register(row);
    AtomicReference<Status> status = new AtomicReference<>(Status.QUEUED);
    try {
      var _ =
          signal.await(
              () -> {
                status.set(status(row, id));
                return status.get().reached(wanted)
                    || status.get() == Status.FAILED
                    || core.closed();
              },
              wait);
      return status.get();
    } finally {
      core.statuses().unregister(row, signal);
    }
  }

  /// A message's status, by its row, or by its id if it has left the store.
  public Status status(long row, MessageId id) {
    return core.lane()
        .call(_ -> core.store().messages().state(row))
        .map(Messages.State::status)
        .or(() -> archives.history().find(id).map(MessageView::status))
        .orElse(Status.FAILED);
  }

  /// Own messages that have not been sent.
  public Unsent unsent() {
    return unsent;
  }

  /// How long messages are kept.
  public Pruning pruning() {
    requireOpen();
    return pruning;
  }

  /// The row of an own message.
  public Optional<Long> sentRow(MessageId id) {
    return core.lane().call(_ -> core.store().messages().ownRow(id));
  }

  /// How far the files of an own message are.
  public Progress uploadProgress(long row) {
    List<Attached.Entry> files = core.lane().call(_ -> core.store().attached().of(row));
    return new Progress(
        files.stream().mapToLong(transfers::uploaded).sum(),
        files.stream().mapToLong(e -> e.key().plainSize()).sum());
  }

  /// Downloads a file of a message.
  public SaveResult save(FileView file, Path folder) {
    requireOpen();
    return downloads.save(file, folder);
  }

  /// Downloads files by itself.
  ///
  /// @throws SottoException NOT_REGISTERED, CLOSED
  public AutoSaver autoSaver() {
    requireOpen();
    core.self();
    return autoSaver;
  }

  /// Live events.
  public EventHub events() {
    return core.events();
  }

  /// Waits for an event.
  ///
  /// @param arrived looks for one
  public boolean awaitEvent(BooleanSupplier arrived, Duration wait) {
    return core.events().arrived().await(arrived, wait);
  }

  /// The first kept event after an id. One about a stranger waits while the name that they claim is
  /// looked up, a moment at most.
  public Optional<Event> eventAfter(long id) {
    return core.lane()
        .call(_ -> core.store().events().after(id).filter(event -> !names.awaitedBy(event)));
  }

  /// Whether an event is of somebody whose name is being looked up now.
  public boolean nameComing(Event event) {
    return event instanceof Event.MessageReceived received
        && received.message().from().username().isEmpty()
        && core.session().isPresent()
        && core.lane()
            .call(_ ->
                core.store().contacts().hinted().stream()
                    .anyMatch(c -> c.account().equals(received.message().from().account())));
  }

  /// Lets those who wait for an event look again after a time.
  public void lookAgain(Duration after) {
    core.timers().after(after.toMillis(), core.events()::stored);
  }

  /// The newest kept event's id.
  public long newestEvent() {
    return core.lane().call(_ -> core.store().events().newest());
  }

  /// Where a consumer is.
  public long cursor(String consumer) {
    return core.lane().call(_ -> core.store().events().cursor(consumer));
  }

  /// Moves a consumer forward.
  public void moveCursor(String consumer, long cursor) {
    core.lane()
        .call(_ -> {
          core.store().events().moveCursor(consumer, cursor);
          return true;
        });
  }

  /// The own profile.
  public Profile profile() {
    core.self();
    return selfProfile.get();
  }

  /// Sets it.
  public void setProfile(Profile profile) {
    core.self();
    core.requireListed();
    selfProfile.set(profile);
  }

  /// Waits until the server has it.
  public boolean awaitProfile(Duration wait) {
    return await(() -> core.lane().call(_ -> !selfProfile.ahead()), wait);
  }

  /// Shares own presence, or no longer.
  public void appear(boolean visible) {
    core.self();
    presence.appear(visible);
  }

  /// How the connection stands.
  public Connection connection() {
    return connector.connection();
  }

  /// Lets the store grow by so many pages only, as a full disk would; for tests.
  public void limitStore(int pages) {
    core.lane()
        .call(_ -> {
          long now = core.store().sql().number("PRAGMA page_count");
          return core.store().sql().number("PRAGMA max_page_count = " + (now + pages));
        });
  }

  /// Counts the work of the store's machine, for tests.
  public LongAdder countWork() {
    return core.lane().call(_ -> core.store().sql().countWork());
  }

  /// How many messages are not in the search index yet, for tests.
  public long notIndexed() {
    return core.lane().call(_ -> core.store().searchIndex().behind());
  }

  /// Whether the home was closed.
  public boolean closed() {
    return core.closed();
  }

  /// Waits for a connection.
  public void awaitOnline(Duration wait) {
    if (!await(() -> connection().state() == State.ONLINE, wait)) {
      throw connection()
          .problem()
          .orElseGet(() -> SottoException.of(Code.TIMED_OUT, "The server did not answer in time."));
    }
  }

  /// Waits until the mailbox is empty and what came is settled.
  public boolean awaitMailboxEmpty(Duration wait) {
    return await(
        () ->
            mailboxEmpty
                && core.lane()
                    .call(_ -> names.settled() && core.store().waiting().accounts().isEmpty())
                && groupSync.idle(),
        wait);
  }

  /// Waits until the outbox holds nothing that can go now.
  public boolean awaitOutbox(Duration wait) {
    outbox.startFlushing();
    try {
      return await(
          () ->
              connection().state() == State.ONLINE
                  && core.lane().call(_ -> outbox.empty() && groupOutbox.empty()),
          wait);
    } finally {
      outbox.stopFlushing();
    }
  }

  private boolean await(BooleanSupplier condition, Duration wait) {
    core.self();
    boolean reached = core.progress().await(() -> hopeless() || condition.getAsBoolean(), wait);
    requireOpen();
    if (reached && hopeless()) {
      throw connection()
          .problem()
          .orElseGet(() ->
              SottoException.of(
                  Code.SERVER_UNREACHABLE, "This home was opened without a connection."));
    }
    return reached;
  }

  /// Whether waiting for a connection is in vain.
  private boolean hopeless() {
    Connection now = connection();
    return core.closed()
        || now.state() == State.DISPLACED
        || now.state() == State.OFFLINE
        || now.problem()
            .map(p ->
                p.code() == Code.SERVER_UNTRUSTED
                    || p.code() == Code.REFUSED
                    || p.code() == Code.DEVICE_REMOVED
                    || p.code() == Code.ACCOUNT_DELETED
                    || p.code() == Code.INVALID_INPUT)
            .orElse(false);
  }

  private void requireOpen() {
    if (core.closed()) {
      throw SottoException.of(Code.CLOSED, "This home was closed.");
    }
  }

  /// Deletes the account, and this home behind it; then this engine is closed.
  ///
  /// @throws SottoException NOT_REGISTERED, DEVICE_REMOVED, CLOSED
  public AccountDeletion deleteAccount() {
    requireOpen();
    Account account = core.self().account();
    Optional<SottoException> problem = accountEnd.confirm();
    if (problem.isPresent()) {
      return new AccountDeletion.Unconfirmed(problem.get());
    }
    stop();
    try {
      core.store().closeAndRemove();
      return new AccountDeletion.Deleted(account);
    } catch (SottoException e) {
      return new AccountDeletion.HomeLeft(account, e);
    } finally {
      core.close();
    }
  }

  /// Stops everything, in reverse.
  @Override
  public void close() {
    if (!core.closed()) {
      stop();
      core.store().close();
      core.close();
    }
  }

  private void stop() {
    core.close();
    connector.stop();
    sealedLine.hangUp();
    core.timers().close();
    core.lane().close();
    core.identity().ifPresent(identity -> identity.keys().close());
  }

  private final class Guest implements Connector.Guest {
    @Override
    public void connecting(ServerCalls calls) {
      certificates.pin(calls);
    }

    @Override
    public ConnectionNumbers.Numbered connectionNumber() {
      return core.lane().call(_ -> numbers.next());
    }

    @Override
    public ConnectionNumbers.Numbered diverged(ConnectionNumbers.Numbered refused, long highest) {
      return core.lane().call(tx -> numbers.diverged(tx, refused, highest));
    }

    @Override
    public void mend(ServerCalls calls) {
      if (core.lane().call(_ -> numbers.mending())) {
        supply.replaceAll(calls);
        core.lane()
            .call(_ -> {
              numbers.mended();
              return true;
            });
      }
    }

    @Override
    public void welcome(Session session, Welcome welcome) {
      names.connecting();
      core.lane()
          .call(tx -> {
            numbers.welcomed();
            long offset = core.clock().learn(welcome.getServerTimeMs());
            core.store().settings().put(CLOCK_OFFSET, offset);
            if (welcome.getMissedSinceMs() > 0) {
              core.store()
                  .events()
                  .addContact(
                      Events.Kind.MISSED,
                      0,
                      Long.toString(welcome.getMissedSinceMs()),
                      core.clock().millis());
              tx.afterCommit(core.events()::stored);
            }
            groupOutbox.attach(tx, session.stream());
            tx.afterCommit(
                () -> outbox.attach(session.stream(), names.held(), welcome.getTraces()));
            return true;
          });
      expiry.look();
      presence.connected(session.stream());
      core.inBackground("names", () -> names.connected(session.calls()));
      core.inBackground("upkeep", () -> upkeep(session.calls()));
      uploads.connected();
      if (mailboxEmpty) {
        // That came before the session was there.
        profiles.wake();
      }
      autoSaver.connected();
    }

    private void upkeep(ServerCalls calls) {
      inbox.fetchAwaitedChains(calls);
      groupChanges.connected();
      groupSync.connected();
      supply.keepUp(calls);
      supplied = true;
      core.progress().raise();
      var _ = chains.refresh(calls, core.self().id());
      var _ = core.lane().call(_ -> certificates.own());
      provisioning.check();
      backups.records().setFirst(calls);
      long old = core.clock().millis() - Dedupe.KEPT_MILLIS;
      core.lane()
          .call(_ -> {
            core.store().dedupe().forgetBefore(old);
            core.store().syncRows().forgetBefore(old);
            core.store().groupOutgoing().forgetBefore(old);
            core.store().groupWaiting().forgetBefore(old);
            core.store().events().forgetBefore(old);
            core.store().waiting().forgetBefore(old);
            core.store().knownBlobs().forgetBefore(core.clock().millis());
            return true;
          });
      archives.deleteForgotten();
      pruning.connected();
    }

    @Override
    public void frame(ChatStream stream, ServerFrame frame) {
      switch (frame.getFrameCase()) {
        case DELIVER -> {
          inbox.delivered(
              stream, frame.getDeliver(), () -> stream.cancel("the store cannot be written"));
          return;
        }
        case SEND_RESULT -> outbox.answered(stream, frame.getSendResult());
        case GROUP_SEND_RESULT -> groupOutbox.answered(stream, frame.getGroupSendResult());
        case QUEUE_EMPTY -> {
          mailboxEmpty = true;
          // By now it is known what other own devices have set.
          profiles.wake();
          core.progress().raise();
        }
        case PRESENCE -> presence.events(frame.getPresence());
        case EPHEMERAL -> inbox.ephemeral(frame.getEphemeral().getEnvelope().toByteArray());
        default -> {}
      }
      stream.handled();
    }

    @Override
    public void ready() {
      outbox.ready();
      groupOutbox.pump();
    }

    @Override
    public void gone(ChatStream stream) {
      mailboxEmpty = false;
      var _ =
          core.lane()
              .submit(tx -> {
                tx.afterCommit(() -> {
                  outbox.detach(stream);
                  groupOutbox.detach(stream);
                });
                return true;
              });
    }

    @Override
    public void displaced() {
      core.lane()
          .call(tx -> {
            core.store().events().addContact(Events.Kind.DISPLACED, 0, "", core.clock().millis());
            tx.afterCommit(core.events()::stored);
            return true;
          });
    }

    @Override
    public void left(Standing standing) {
      core.setStanding(standing);
      core.lane().call(tx -> accountEnd.note(tx, standing));
    }
  }
}
