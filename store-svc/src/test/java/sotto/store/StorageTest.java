package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.testing.TestAccount;
import sotto.mesh.Telemetry;
import sotto.mesh.testing.HandClock;
import sotto.store.sql.Readers;
import sotto.store.sql.Schema;
import sotto.store.sql.Session;
import sotto.store.sql.SqliteDialect;
import sotto.store.sql.StorageException;
import sotto.store.write.Call;
import sotto.store.write.Job;
import sotto.store.write.OwnerName;
import sotto.store.write.Ownership;
import sotto.store.write.Peers;
import sotto.store.write.WriteMetrics;
import sotto.store.write.Writers;

/// The database file and who may use it.
final class StorageTest {
  @TempDir Path folder;

  private SqliteDialect dialect() {
    return new SqliteDialect(folder.resolve("store.db"));
  }

  private static StoreService open(Path folder) {
    return StoreService.open(
        StoreConfig.defaults(folder, List.of("localhost")),
        new HandClock(),
        new SecureRandom(),
        Telemetry.none());
  }

  @Test
  void oneWriter_theOthersOnlyQueryAndDoNotCheckpoint() throws Exception {
    SqliteDialect dialect = dialect();
    try (Session writer = new Session(dialect.openWriter(), dialect)) {
      new Schema(dialect).prepare(writer);
      try (Session reader = new Session(dialect.openReader(), dialect)) {
        for (String sql :
            List.of(
                "DELETE FROM bucket",
                "INSERT INTO schema_version (shard_key, version) VALUES (X'01', 1)",
                "CREATE TABLE t (x INT)")) {
          assertThatThrownBy(() -> reader.run(sql)).isInstanceOf(SQLException.class);
        }
        assertThat(pragma(reader, "wal_autocheckpoint")).isEqualTo(0);
        assertThat(reader.first("SELECT COUNT(*) FROM bucket", r -> r.getInt(1))).contains(1024);
      }
      assertThat(pragma(writer, "wal_autocheckpoint")).isPositive();
    }
  }

  @Test
  void writer_synchronisesEveryCommit() throws Exception {
    SqliteDialect dialect = dialect();
    try (Session writer = new Session(dialect.openWriter(), dialect)) {
      assertThat(pragma(writer, "synchronous")).isEqualTo(2);
      assertThat(writer.first("PRAGMA journal_mode", r -> r.getString(1))).contains("wal");
    }
  }

  private static int pragma(Session session, String name) throws SQLException {
    return session.first("PRAGMA " + name, r -> r.getInt(1)).orElse(-1);
  }

  @Test
  void folderInUse_isRefused() {
    try (StoreService first = open(folder)) {
      assertThat(first.services()).hasSize(3);
      assertThatThrownBy(() -> open(folder))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("another process uses the folder");
    }
    open(folder).close();
  }

  @Test
  void databaseOfAnotherVersion_isRefused() throws Exception {
    open(folder).close();
    SqliteDialect dialect = dialect();
    try (Session writer = new Session(dialect.openWriter(), dialect)) {
      writer.update("UPDATE schema_version SET version = ?", Schema.VERSION + 1);
    }
    assertThatThrownBy(() -> open(folder))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("schema version " + (Schema.VERSION + 1))
        .hasMessageContaining("newer");
  }

  @Test
  void fileThatIsNoDatabase_isRefusedClearly() throws Exception {
    java.nio.file.Files.writeString(folder.resolve("store.db"), "not a database ".repeat(1000));
    assertThatThrownBy(() -> open(folder)).isInstanceOf(StorageException.class);
  }

  @Test
  void configOutOfBounds_isRefused() {
    StoreConfig good = StoreConfig.defaults(folder, List.of("localhost"));
    assertThatThrownBy(() -> Rig.limits(good, 3, 1 << 20)).hasMessageContaining("mailboxEnvelopes");
    assertThatThrownBy(() -> Rig.limits(good, 10, 1000)).hasMessageContaining("mailboxBytes");
    assertThatThrownBy(() -> StoreConfig.defaults(folder, List.of()))
        .hasMessageContaining("serverNames");
  }

  /// The cache is smaller than the accounts in use: device lists and counts are read again, and the
  /// chain of positions stays safe.
  @Test
  void accountsForgotten_areReadAgain() throws Exception {
    SqliteDialect dialect = dialect();
    Session session = new Session(dialect.openWriter(), dialect);
    new Schema(dialect).prepare(session);
    HandClock clock = new HandClock();
    try (Readers readers = Readers.open(dialect, 1);
        Writers writers =
            Writers.start(
                session,
                dialect,
                new Ownership(new OwnerName("a", "1"), Peers.NONE, dialect, clock),
                1,
                clock,
                Duration.ofDays(1),
                WriteMetrics.NONE)) {
      List<TestAccount> accounts = List.of(TestAccount.found(1), TestAccount.found(2));
      for (TestAccount a : accounts) {
        insert(writers, a);
      }
      long[] last = {-1, -1};
      for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 2; i++) {
          TestAccount account = accounts.get(i);
          long seen = writers.last(account.id(), 1);
          long before = last[i];
          var row = append(writers, account, round);
          assertThat(row.previous()).isEqualTo(seen).isGreaterThanOrEqualTo(before);
          last[i] = row.position();
        }
      }
      assertThat(
              readers.<Integer>ask(
                  s -> s.first("SELECT COUNT(*) FROM inbox", r -> r.getInt(1)).orElse(0)))
          .isEqualTo(10);
    }
  }

  private static void insert(Writers writers, TestAccount account) {
    writers.commit(
        Job.NO_BUCKET,
        0,
        batch ->
            batch
                    .session()
                    .update(
                        "INSERT INTO account VALUES (?, 0, X'00', 0, '', 0, 0, X'')",
                        account.id().bytes())
                + batch
                    .session()
                    .update(
                        "INSERT INTO device VALUES (?, 1, 1, X'00', X'00', 0, 0, 0, 0)",
                        account.id().bytes()));
  }

  private static sotto.store.write.InboxRow.StoredAt append(
      Writers writers, TestAccount account, int n) {
    Call.Work<sotto.store.write.InboxRow> work =
        batch ->
            batch
                .rows()
                .add(
                    account.id(),
                    batch.device(account.id(), 1).orElseThrow(),
                    new byte[] {(byte) n},
                    java.util.Optional.empty(),
                    com.google.protobuf.ByteString.copyFromUtf8("x"));
    return writers.commit(account.id().bucket(), 1, work).place();
  }
}
