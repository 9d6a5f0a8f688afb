package sotto.store;

import io.grpc.BindableService;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sotto.mesh.ForOperators;
import sotto.mesh.MonotonicClock;
import sotto.mesh.Pods;
import sotto.mesh.Telemetry;
import sotto.store.admin.Retention;
import sotto.store.admin.StoreAdmin;
import sotto.store.cold.ColdStore;
import sotto.store.mailbox.Backlog;
import sotto.store.peer.PodPeers;
import sotto.store.sql.Dialect;
import sotto.store.sql.MySqlDialect;
import sotto.store.sql.SqliteDialect;
import sotto.store.sql.StorageException;
import sotto.store.write.Ownership;
import sotto.store.write.Pace;
import sotto.store.write.Peers;

/// The store on an embedded database, a MySQL or a Vitess: `sotto.mailbox.v1.MailboxService`,
/// `sotto.account.v1.AccountService`, `sotto.keys.v1.KeyService`, and `sotto.owner.v1.OwnerService`
/// for other stores.
///
/// Opening takes over the buckets of an earlier start of the pod. Safe for many threads; stop
/// serving before closing.
public final class StoreService implements AutoCloseable {
  /// The database's file in the data folder.
  static final String DATABASE = "store.db";

  private final Opened opened;
  private final Wired wired;
  private final Chores chores;
  private final Chores slowChores;

  private StoreService(Opened opened, Wired wired) {
    this.opened = opened;
    this.wired = wired;
    this.chores = Chores.start("store-chores", wired.chores());
    this.slowChores = Chores.start("store-cold", wired.slowChores());
  }

  /// Opens the store; an embedded database is made if there is none.
  ///
  /// @throws StorageException if another process has the folder, or the database cannot be used or
  ///   was written by another version
  public static StoreService open(
      StoreConfig config, Clock clock, SecureRandom random, Telemetry telemetry) {
    return open(config, Optional.empty(), clock, random, telemetry);
  }

  /// Opens the store with a cold tier.
  ///
  /// @param cold where old envelopes move; empty = none do, and those that have are not reached
  /// @throws StorageException as above
  public static StoreService open(
      StoreConfig config,
      Optional<ColdStore> cold,
      Clock clock,
      SecureRandom random,
      Telemetry telemetry) {
    return open(config, dialect(config), Peers.NONE, Pods.none(), cold, clock, random, telemetry);
  }

  /// Opens one of several stores on one database.
  ///
  /// @param pods all of them, this one among them under the name in the configuration
  /// @param cold where old envelopes move; empty = none do, and those that have are not reached
  /// @throws StorageException as above
  public static StoreService open(
      StoreConfig config,
      Pods pods,
      Optional<ColdStore> cold,
      Clock clock,
      SecureRandom random,
      Telemetry telemetry) {
    Peers peers = new PodPeers(pods, MonotonicClock.system());
    return open(config, dialect(config), peers, pods, cold, clock, random, telemetry);
  }

  private static Dialect dialect(StoreConfig config) {
    return config.url().isPresent()
        ? MySqlDialect.connect(config.url().get(), config.writers())
        : new SqliteDialect(config.dataDir().resolve(DATABASE));
  }

  private static StoreService open(
      StoreConfig config,
      Dialect dialect,
      Peers peers,
      Pods pods,
      Optional<ColdStore> cold,
      Clock clock,
      SecureRandom random,
      Telemetry telemetry) {
    StoreMetrics metrics = new StoreMetrics(telemetry);
    StoreService service =
        open(
            new Surroundings(
                config,
                dialect,
                peers,
                pods,
                Pace.threads(),
                clock,
                MonotonicClock.system(),
                random,
                metrics,
                cold,
                metrics,
                telemetry.tracer("store")));
    metrics.watch(service.wired.writers().ownership(), service.wired.backlog());
    return service;
  }

  static StoreService open(Surroundings around) {
    StoreConfig config = around.config();
    Opened opened = new Opened(FolderLock.take(config.dataDir())::close);
    try {
      return new StoreService(opened, Wired.in(around, opened));
    } catch (SQLException e) {
      opened.close();
      String where = config.url().map(url -> "at " + url).orElseGet(() -> "in " + config.dataDir());
      throw new StorageException("cannot open the database " + where, e);
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  /// What it serves. Only relays and other stores may be let in.
  public List<BindableService> services() {
    return wired.services();
  }

  /// What operators may call.
  public List<BindableService> adminServices() {
    Ownership ownership = wired.writers().ownership();
    Retention retention =
        new Retention(
            ownership::has, this::sweep, bucket -> slowChores.between(() -> cool(bucket)));
    var all = new ArrayList<>(wired.adminServices());
    all.add(new StoreAdmin(wired.readers(), ownership, wired.backlog(), retention));
    return List.copyOf(all);
  }

  /// What it has for operators.
  public ForOperators forOperators() {
    return new ForOperators(
        adminServices(),
        Map.of(
            "sotto.store.envelopes", wired.writes()::envelopes,
            "sotto.store.commit.failures", wired.writes()::failures,
            "sotto.store.buckets", wired.writers().ownership()::size),
        wired.writes()::troubles);
  }

  /// Expires one bucket now.
  ///
  /// @return how many envelopes went
  public int sweep(int bucket) {
    return wired.sweeper().sweep(bucket);
  }

  /// Takes the old invites of one bucket away now.
  ///
  /// @return how many went
  int sweepInvites(int bucket) {
    return wired.invites().sweep(bucket);
  }

  /// Takes away now what accounts of one bucket have left that have ended.
  ///
  /// @return how many accounts that were
  int finishEndings(int bucket) {
    return wired.ending().finishLeft(bucket);
  }

  /// Moves the old envelopes of one bucket now, where there is a cold tier.
  ///
  /// @return how many steps that took
  int cool(int bucket) {
    int steps = 0;
    while (wired.cold().isPresent() && wired.cold().get().mover().step(bucket)) {
      steps++;
    }
    return steps;
  }

  /// Deletes blobs of one bucket that nothing points to now.
  ///
  /// @return how many
  int deleteLoose(int bucket) {
    return wired.cold().map(cold -> cold.loose().sweep(bucket)).orElse(0);
  }

  /// Deletes what accounts of one bucket kept that have ended now.
  ///
  /// @return how many blobs
  int deleteEnded(int bucket) {
    return wired.cold().map(cold -> cold.ended().delete(bucket)).orElse(0);
  }

  /// What is known of what waits.
  Backlog backlog() {
    return wired.backlog();
  }

  /// Gives all accounts back to whoever is asked for them next and takes none any more. Call it
  /// before the server stops, so that relays find the way to others while this one still answers.
  public void leave() {
    wired.changes().end();
    wired.writers().leave();
  }

  /// Commits what is queued and closes the database.
  @Override
  public void close() {
    slowChores.breakOff();
    slowChores.close();
    chores.close();
    opened.close();
  }
}
