package sotto.store;

import io.grpc.BindableService;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sotto.mesh.Telemetry;
import sotto.store.account.AccountEndpoint;
import sotto.store.keys.KeyEndpoint;
import sotto.store.mailbox.AppendRules;
import sotto.store.mailbox.Dormancy;
import sotto.store.mailbox.MailboxEndpoint;
import sotto.store.mailbox.Sweeper;
import sotto.store.sql.Dialect;
import sotto.store.sql.MySqlDialect;
import sotto.store.sql.Readers;
import sotto.store.sql.Schema;
import sotto.store.sql.Session;
import sotto.store.sql.SqliteDialect;
import sotto.store.sql.StorageException;
import sotto.store.token.Challenges;
import sotto.store.token.ServerSecrets;
import sotto.store.token.SignIn;
import sotto.store.token.SigningKeys;
import sotto.store.write.MailboxLimits;
import sotto.store.write.OwnerName;
import sotto.store.write.Ownership;
import sotto.store.write.Peers;
import sotto.store.write.Writers;

/// The store on an embedded database, a MySQL or a Vitess: `sotto.mailbox.v1.MailboxService`,
/// `sotto.account.v1.AccountService` and `sotto.keys.v1.KeyService`.
///
/// Opening takes over the buckets of an earlier start of the pod. Safe for many threads; stop
/// serving before closing.
public final class StoreService implements AutoCloseable {
  /// The database's file in the data folder.
  static final String DATABASE = "store.db";

  private static final int QUERY_SESSIONS = 4;
  private static final int CACHED_ACCOUNTS = 50_000;

  private final Opened opened;
  private final Sweeper sweeper;
  private final List<BindableService> services;

  private StoreService(Opened opened, Sweeper sweeper, List<BindableService> services) {
    this.opened = opened;
    this.sweeper = sweeper;
    this.services = List.copyOf(services);
  }

  /// Opens the store; an embedded database is made if there is none.
  ///
  /// @throws StorageException if another process has the folder, or the database cannot be used or
  ///   was written by another version
  public static StoreService open(
      StoreConfig config, Clock clock, SecureRandom random, Telemetry telemetry) {
    return open(config, dialect(config), Peers.NONE, clock, random, telemetry);
  }

  private static Dialect dialect(StoreConfig config) {
    return config.url().isPresent()
        ? MySqlDialect.connect(config.url().get(), config.writers())
        : new SqliteDialect(config.dataDir().resolve(DATABASE));
  }

  static StoreService open(
      StoreConfig config,
      Dialect dialect,
      Peers peers,
      Clock clock,
      SecureRandom random,
      Telemetry telemetry) {
    FolderLock lock = FolderLock.take(config.dataDir());
    try {
      return open(config, dialect, peers, lock, clock, random, telemetry);
    } catch (SQLException e) {
      String where = config.url().map(url -> "at " + url).orElseGet(() -> "in " + config.dataDir());
      throw new StorageException("cannot open the database " + where, e);
    }
  }

  private static StoreService open(
      StoreConfig config,
      Dialect dialect,
      Peers peers,
      FolderLock lock,
      Clock clock,
      SecureRandom random,
      Telemetry telemetry)
      throws SQLException {
    Opened opened = new Opened(lock);
    try {
      return wire(config, dialect, peers, opened, clock, random, telemetry);
    } catch (SQLException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private static StoreService wire(
      StoreConfig config,
      Dialect dialect,
      Peers peers,
      Opened opened,
      Clock clock,
      SecureRandom random,
      Telemetry telemetry)
      throws SQLException {
    Session first = opened.writing(new Session(dialect.openWriter(), dialect));
    new Schema(dialect).prepare(first);
    Readers readers = opened.reading(Readers.open(dialect, QUERY_SESSIONS));
    Writers writers =
        opened.writing(
            Writers.start(
                first,
                dialect,
                new Ownership(OwnerName.starting(config.podName(), random), peers, dialect, clock),
                CACHED_ACCOUNTS,
                clock,
                config.mailboxLife(),
                new StoreMetrics(telemetry)));
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
    Sweeper sweeper = new Sweeper(readers, writers, clock, config.mailboxLife());
    sweeper.start();
    return new StoreService(
        opened,
        sweeper,
        List.of(
            new MailboxEndpoint(writers, readers, rules, signingKeys, clock),
            new AccountEndpoint(
                writers, readers, challenges, signIn, config.serverNames(), version(), clock),
            new KeyEndpoint(writers, readers)));
  }

  private static String version() {
    return Optional.ofNullable(StoreService.class.getPackage().getImplementationVersion())
        .orElse("development");
  }

  /// What it serves. Only relays and other stores may be let in.
  public List<BindableService> services() {
    return services;
  }

  /// Expires one bucket now.
  ///
  /// @return how many envelopes went
  public int sweep(int bucket) {
    return sweeper.sweep(bucket);
  }

  /// Commits what is queued and closes the database.
  @Override
  public void close() {
    sweeper.close();
    opened.close();
  }
}
