package sotto.store;

import io.grpc.BindableService;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sotto.mesh.PassOn;
import sotto.mesh.RateLimits;
import sotto.store.account.AccountAdminEndpoint;
import sotto.store.account.AccountEndpoint;
import sotto.store.account.Ending;
import sotto.store.account.Invites;
import sotto.store.decision.Changes;
import sotto.store.decision.LockedOut;
import sotto.store.group.GroupEndpoint;
import sotto.store.group.GroupOwnerEndpoint;
import sotto.store.keys.KeyEndpoint;
import sotto.store.mailbox.AppendRules;
import sotto.store.mailbox.Backlog;
import sotto.store.mailbox.ColdRules;
import sotto.store.mailbox.Dormancy;
import sotto.store.mailbox.LooseSegments;
import sotto.store.mailbox.MailboxEndpoint;
import sotto.store.mailbox.Mover;
import sotto.store.mailbox.Sweeper;
import sotto.store.peer.HandOver;
import sotto.store.peer.OwnerEndpoint;
import sotto.store.peer.ToOwner;
import sotto.store.quota.EndedBlobs;
import sotto.store.quota.QuotaEndpoint;
import sotto.store.slot.Slots;
import sotto.store.sql.Readers;
import sotto.store.sql.Schema;
import sotto.store.sql.Session;
import sotto.store.token.Challenges;
import sotto.store.token.RecoverySignIn;
import sotto.store.token.SenderCertificates;
import sotto.store.token.ServerSecrets;
import sotto.store.token.SignIn;
import sotto.store.token.SigningKeys;
import sotto.store.token.Tokens;
import sotto.store.write.MailboxLimits;
import sotto.store.write.OwnerName;
import sotto.store.write.Ownership;
import sotto.store.write.WriterSettings;
import sotto.store.write.Writers;

/// The parts of a store, at work: the wiring, top to bottom.
///
/// @param services what it serves
/// @param adminServices what it serves to operators
/// @param chores what is to be done again and again
/// @param slowChores the same, of what may wait for the blob store
/// @param sweeper what expires envelopes
/// @param invites who may register where one must have one
/// @param ending what takes away what accounts have left
/// @param changes what tells relays of accounts
/// @param cold what moves old envelopes, where any move
/// @param backlog what is known of what waits
/// @param readers what reads
/// @param writers what writes
/// @param writes how transactions go
record Wired(
    List<BindableService> services,
    List<BindableService> adminServices,
    List<Chore> chores,
    List<Chore> slowChores,
    Sweeper sweeper,
    Invites invites,
    Ending ending,
    Changes changes,
    Optional<Cold> cold,
    Backlog backlog,
    Readers readers,
    Writers writers,
    CountedWrites writes) {
  private static final int QUERY_SESSIONS = 4;
  private static final int CACHED_ACCOUNTS = 50_000;
  private static final Duration HAND_OVER = Duration.ofSeconds(1);
  // All buckets in less than an hour and a half.
  private static final Duration LOOSE = Duration.ofSeconds(5);

  /// What works on the cold tier.
  ///
  /// @param mover moves envelopes there
  /// @param loose deletes what nothing points to
  /// @param ended deletes what accounts kept that have ended
  record Cold(Mover mover, LooseSegments loose, EndedBlobs ended) {
    /// Blobs are deleted also when nothing moves any more.
    List<Chore> chores(ColdRules rules) {
      Chore delete = new Chore("delete segments", LOOSE, loose::sweepNext);
      Chore forget = new Chore("delete what ended accounts kept", LOOSE, ended::deleteNext);
      return rules.moves()
          ? List.of(
              new Chore("move old envelopes", Mover.pause(rules.after()), mover::moveNext),
              delete,
              forget)
          : List.of(delete, forget);
    }
  }

  /// Opens all of them.
  ///
  /// @param opened takes what is to be closed, however far this comes
  static Wired in(Surroundings around, Opened opened) throws SQLException {
    var config = around.config();
    var dialect = around.dialect();
    var clock = around.clock();
    var random = around.random();
    Session first = opened.writing(new Session(dialect.openWriter(), dialect));
    new Schema(dialect).prepare(first);
    Readers readers = opened.reading(Readers.open(dialect, QUERY_SESSIONS));
    OwnerName self = OwnerName.starting(config.podName(), random);
    Ownership ownership = new Ownership(self, around.peers(), dialect, clock, around.time());
    CountedWrites writes = new CountedWrites(around.metrics());
    Writers writers =
        opened.writing(
            Writers.start(
                first,
                new WriterSettings(
                    dialect,
                    ownership,
                    around.pace(),
                    CACHED_ACCOUNTS,
                    clock,
                    around.time(),
                    config.mailboxLife(),
                    writes)));
    ServerSecrets secrets = new ServerSecrets(writers, readers, clock, random);
    SigningKeys signingKeys = new SigningKeys(secrets, clock, random);
    Challenges challenges = new Challenges(secrets.macKey("challenge"), clock, random);
    Tokens tokens = new Tokens(signingKeys, clock, random);
    Set<String> names = Set.copyOf(config.serverNames());
    SignIn signIn = new SignIn(readers, challenges, tokens, names);
    RecoverySignIn recovery =
        new RecoverySignIn(
            readers,
            new Challenges(secrets.macKey("recovery-challenge"), clock, random),
            tokens,
            names);
    AppendRules rules =
        new AppendRules(
            new MailboxLimits(config.mailboxEnvelopes(), config.mailboxBytes()),
            new Dormancy(config.dormantAfter()),
            secrets.macKey("sender-tag"),
            new RateLimits<>(config.sealedPerRecipient(), CACHED_ACCOUNTS, around.time()));
    Sweeper sweeper = new Sweeper(readers, writers, clock);
    ColdRules coldRules =
        new ColdRules(
            around.coldStore(), config.coldAfter(), config.coldGiveUp(), around.coldMetrics());
    Optional<Cold> cold =
        around
            .coldStore()
            .map(store ->
                new Cold(
                    new Mover(readers, writers, coldRules, store, clock, random),
                    new LooseSegments(readers, writers, coldRules, store, clock),
                    new EndedBlobs(readers, writers, store)));
    Invites invites = new Invites(writers, readers, clock);
    Changes changes = new Changes();
    Ending ending = new Ending(writers, readers, changes);
    LockedOut lockedOut = new LockedOut(readers);
    Backlog backlog = new Backlog(readers, ownership, clock);
    HandOver handOver = new HandOver(self, around.pods(), around.peers(), writers);
    PassOn passOn = new PassOn(around.pods(), pod -> isThere(around, pod));
    ToOwner owners = new ToOwner(around.pods(), pod -> isThere(around, pod));
    return new Wired(
        List.of(
            passing(
                passOn,
                new MailboxEndpoint(
                    writers,
                    readers,
                    rules,
                    coldRules,
                    changes,
                    signingKeys,
                    clock,
                    around.time(),
                    around.tracer())),
            passing(
                passOn,
                new AccountEndpoint(
                    writers,
                    readers,
                    challenges,
                    signIn,
                    recovery,
                    new SenderCertificates(secrets, clock),
                    config.registration(),
                    invites,
                    ending,
                    new Slots(around.time()),
                    config.serverNames(),
                    version(),
                    clock),
                lockedOut),
            passing(passOn, new KeyEndpoint(writers, readers), lockedOut),
            passing(passOn, new GroupEndpoint(writers, readers), lockedOut),
            passing(passOn, new GroupOwnerEndpoint(writers, readers), lockedOut),
            new QuotaEndpoint(writers),
            new OwnerEndpoint(ownership)),
        List.of(
            intercepted(
                new AccountAdminEndpoint(
                    writers, readers, invites, ending, changes, owners, clock, random),
                owners)),
        List.of(
            new Chore("sweep", Sweeper.pause(config.mailboxLife()), sweeper::sweepNext),
            new Chore("sweep invites", Invites.PAUSE, invites::sweepNext),
            new Chore("finish endings", Ending.PAUSE, ending::finishNext),
            new Chore("hand over", HAND_OVER, handOver::step),
            new Chore("count the backlog", Backlog.PAUSE, backlog::countNext)),
        cold.map(tier -> tier.chores(coldRules)).orElse(List.of()),
        sweeper,
        invites,
        ending,
        changes,
        cold,
        backlog,
        readers,
        writers,
        writes);
  }

  private static BindableService passing(
      PassOn passOn, BindableService service, ServerInterceptor... inside) {
    return () ->
        ServerInterceptors.intercept(ServerInterceptors.intercept(service, inside), passOn);
  }

  private static BindableService intercepted(
      BindableService service, ServerInterceptor interceptor) {
    return () -> ServerInterceptors.intercept(service, interceptor);
  }

  /// An owner that a row names need not be listed.
  private static boolean isThere(Surroundings around, String pod) {
    return around.pods().list().names().contains(pod) || around.peers().ready(pod).isPresent();
  }

  private static String version() {
    return Optional.ofNullable(StoreService.class.getPackage().getImplementationVersion())
        .orElse("development");
  }
}
