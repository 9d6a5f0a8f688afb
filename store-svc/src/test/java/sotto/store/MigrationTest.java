package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sotto.chain.AccountId;
import sotto.mesh.Telemetry;
import sotto.mesh.testing.HandClock;
import sotto.store.sql.Migration;
import sotto.store.sql.Schema;
import sotto.store.sql.StorageException;

@ExtendWith(EmptyDatabase.class)
final class MigrationTest {
  private static final Migration.Done NOTHING = new Migration.Done(Schema.VERSION, Schema.VERSION);
  private static final Migration.Done ALL = new Migration.Done(0, Schema.VERSION);

  @TempDir Path folder;
  private SharedDatabase database;

  @BeforeEach
  void open() {
    database = (SharedDatabase) TestDatabase.in(folder);
  }

  @AfterEach
  void restore() throws SQLException {
    for (String sql : Migration.statements(0)) {
      database.everywhere(sql);
    }
    database.everywhere("UPDATE schema_version SET version = " + Schema.VERSION);
    new Migration(database.url()).run();
  }

  private void openStore() {
    StoreConfig config = StoreConfig.defaults(folder, List.of("localhost")).on(database.url());
    StoreService.open(config, new HandClock(), new SecureRandom(), Telemetry.none()).close();
  }

  private void dropAll() throws SQLException {
    for (String table : database.tables()) {
      database.everywhere("DROP TABLE " + table);
    }
  }

  @SharedTest
  @Test
  void migratedDatabase_hasNothingToDoAndOpens() throws Exception {
    assertThat(new Migration(database.url()).run()).isEqualTo(NOTHING);
    assertThat(database.count("SELECT COUNT(*) FROM bucket")).isEqualTo(AccountId.BUCKETS);
    openStore();
  }

  @SharedTest
  @Test
  void twoAtOnce_bothSucceedAndEveryBucketHasItsRow() throws Exception {
    database.everywhere("DELETE FROM schema_version");
    database.everywhere("DELETE FROM bucket");
    Callable<Migration.Done> migrate = () -> new Migration(database.url()).run();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var done : threads.invokeAll(List.of(migrate, migrate, migrate))) {
        assertThat(done.get()).isIn(ALL, NOTHING);
      }
    }
    assertThat(database.count("SELECT COUNT(*) FROM bucket")).isEqualTo(AccountId.BUCKETS);
    assertThat(database.count("SELECT version FROM schema_version")).isEqualTo(Schema.VERSION);
  }

  @SharedTest
  @Test
  void repeatedMigration_leavesTheOwnersOfBucketsAlone() throws Exception {
    database.everywhere("DELETE FROM schema_version");
    database.everywhere("UPDATE bucket SET owner = 'x', epoch = 7");
    assertThat(new Migration(database.url()).run()).isEqualTo(ALL);
    assertThat(database.count("SELECT COUNT(*) FROM bucket WHERE owner = 'x' AND epoch = 7"))
        .isEqualTo(AccountId.BUCKETS);
  }

  @SharedTest
  @Test
  void databaseOfANewerProgram_isRefused() throws Exception {
    database.everywhere("UPDATE schema_version SET version = " + (Schema.VERSION + 2));
    assertThatThrownBy(this::openStore)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("newer");
    assertThatThrownBy(() -> new Migration(database.url()).run())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("newer");
  }

  @SharedTest
  @Test
  void processThatRestartsDuringAnUpgrade_opensADatabaseOfTheNextVersion_butMigratesNothing()
      throws Exception {
    database.everywhere("UPDATE schema_version SET version = " + (Schema.VERSION + 1));
    openStore();
    assertThatThrownBy(() -> new Migration(database.url()).run())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("newer");
    assertThat(database.count("SELECT version FROM schema_version")).isEqualTo(Schema.VERSION + 1);
  }

  @SharedTest
  @Test
  void databaseThatWasNotMigrated_isRefusedNamingMigrate() throws Exception {
    database.everywhere("DELETE FROM schema_version");
    assertThatThrownBy(this::openStore)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("migrate it first");
  }

  @Tag("mysql")
  @Test
  void emptyDatabase_isRefusedUntilItIsMigrated() throws Exception {
    dropAll();
    assertThatThrownBy(this::openStore)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("migrate it first");
    Callable<Migration.Done> migrate = () -> new Migration(database.url()).run();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Migration.Done> done = new ArrayList<>();
      for (var one : threads.invokeAll(List.of(migrate, migrate))) {
        done.add(one.get());
      }
      assertThat(done).containsExactlyInAnyOrder(ALL, NOTHING);
    }
    openStore();
  }

  /// As when the one before it was killed.
  @Tag("mysql")
  @Test
  void migrationThatWasCutShort_isFinishedByTheNext() throws Exception {
    dropAll();
    for (String sql : Migration.statements(0).subList(0, 5)) {
      database.everywhere(sql);
    }
    assertThat(new Migration(database.url()).run()).isEqualTo(ALL);
    openStore();
  }

  @Tag("mysql")
  @Test
  void databaseOfTheFirstVersion_getsWhatIsNewAndKeepsWhatItHas() throws Exception {
    dropAll();
    List<String> first = new ArrayList<>(Migration.statements(0));
    first.removeAll(Migration.statements(1));
    for (String sql : first) {
      database.everywhere(sql);
    }
    database.everywhere("INSERT INTO schema_version VALUES (X'" + "00".repeat(16) + "', 1)");
    database.everywhere("INSERT INTO bucket VALUES (X'" + "00".repeat(16) + "', 'x', 7, 0)");
    assertThatThrownBy(this::openStore)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("schema version 1")
        .hasMessageContaining("migrate it first");
    assertThat(new Migration(database.url()).run())
        .isEqualTo(new Migration.Done(1, Schema.VERSION));
    assertThat(database.count("SELECT COUNT(*) FROM bucket WHERE owner = 'x' AND epoch = 7"))
        .isEqualTo(1);
    assertThat(database.count("SELECT COUNT(*) FROM bucket")).isEqualTo(AccountId.BUCKETS);
    openStore();
  }

  @Tag("mysql")
  @Test
  void databaseOfTheSecondVersion_getsTheTableOfRecoveries() throws Exception {
    database.everywhere("DROP TABLE recovery");
    database.everywhere("UPDATE schema_version SET version = 2");
    assertThatThrownBy(this::openStore).hasMessageContaining("migrate it first");
    assertThat(new Migration(database.url()).run())
        .isEqualTo(new Migration.Done(2, Schema.VERSION));
    assertThat(database.count("SELECT COUNT(*) FROM recovery")).isZero();
    openStore();
  }

  /// What is new is there already: its tables are made before.
  @Tag("vitess")
  @Test
  void keyspaceOfTheFirstVersion_isRefusedUntilItIsMigrated() throws Exception {
    database.everywhere("DROP TABLE kept_blob");
    database.everywhere("DROP TABLE recovery");
    database.everywhere("UPDATE schema_version SET version = 1");
    assertThatThrownBy(this::openStore).hasMessageContaining("migrate it first");
    assertThatThrownBy(() -> new Migration(database.url()).run())
        .hasMessageContaining("no table kept_blob");
    for (String sql : Migration.statements(1)) {
      database.everywhere(sql);
    }
    assertThat(new Migration(database.url()).run())
        .isEqualTo(new Migration.Done(1, Schema.VERSION));
    openStore();
  }

  @Tag("mysql")
  @ParameterizedTest
  @ValueSource(strings = {"innodb_flush_log_at_trx_commit", "sync_binlog"})
  void serverThatCouldLoseCommits_isRefused(String setting) throws Exception {
    try (Root root = new Root(database.stack())) {
      root.run("SET GLOBAL " + setting + " = 0");
      try {
        assertThatThrownBy(() -> new Migration(database.url()).run())
            .isInstanceOf(StorageException.class)
            .hasMessageContaining(setting + " is 0 there and must be 1");
        assertThatThrownBy(this::openStore).hasMessageContaining(setting);
      } finally {
        root.run("SET GLOBAL " + setting + " = 1");
      }
    }
    openStore();
  }

  @Tag("vitess")
  @Test
  void keyspaceWithoutATable_isRefusedNamingTheCommandThatMakesIt() throws Exception {
    database.everywhere("DELETE FROM schema_version");
    database.everywhere("DROP TABLE group_change");
    assertThatThrownBy(() -> new Migration(database.url()).run())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("group_change")
        .hasMessageContaining("ApplySchema");
  }
}
