package sotto.store;

import io.grpc.BindableService;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sotto.store.account.AccountEndpoint;
import sotto.store.keys.KeyEndpoint;
import sotto.store.mailbox.AppendRules;
import sotto.store.mailbox.Dormancy;
import sotto.store.mailbox.MailboxEndpoint;
import sotto.store.mailbox.Sweeper;
import sotto.store.sql.Readers;
import sotto.store.sql.Schema;
import sotto.store.sql.Session;
import sotto.store.token.Challenges;
import sotto.store.token.ServerSecrets;
import sotto.store.token.SignIn;
import sotto.store.token.SigningKeys;
import sotto.store.write.MailboxLimits;
import sotto.store.write.OwnerName;
import sotto.store.write.Ownership;
import sotto.store.write.WriterSettings;
import sotto.store.write.Writers;

/// The parts of a store, at work: the wiring, top to bottom.
///
/// @param services what it serves
/// @param chores what is to be done again and again
/// @param sweeper what expires envelopes
record Wired(List<BindableService> services, List<Chore> chores, Sweeper sweeper) {
  private static final int QUERY_SESSIONS = 4;
  private static final int CACHED_ACCOUNTS = 50_000;

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
                    around.metrics())));
    ServerSecrets secrets = new ServerSecrets(writers, readers, clock, random);
    SigningKeys signingKeys = new SigningKeys(secrets, clock, random);
    Challenges challenges = new Challenges(secrets.macKey("challenge"), clock, random);
    SignIn signIn =
        new SignIn(
            readers, challenges, signingKeys, Set.copyOf(config.serverNames()), clock, random);
    AppendRules rules =
        new AppendRules(
            new MailboxLimits(config.mailboxEnvelopes(), config.mailboxBytes()),
            new Dormancy(config.dormantAfter()),
            secrets.macKey("sender-tag"));
    Sweeper sweeper = new Sweeper(readers, writers, clock);
    return new Wired(
        List.of(
            new MailboxEndpoint(writers, readers, rules, signingKeys, clock),
            new AccountEndpoint(
                writers, readers, challenges, signIn, config.serverNames(), version(), clock),
            new KeyEndpoint(writers, readers)),
        List.of(new Chore("sweep", Sweeper.pause(config.mailboxLife()), sweeper::sweepNext)),
        sweeper);
  }

  private static String version() {
    return Optional.ofNullable(StoreService.class.getPackage().getImplementationVersion())
        .orElse("development");
  }
}
