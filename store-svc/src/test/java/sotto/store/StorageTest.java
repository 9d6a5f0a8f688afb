package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.mesh.Telemetry;
import sotto.mesh.testing.HandClock;
import sotto.store.sql.Schema;
import sotto.store.sql.Session;
import sotto.store.sql.SqliteDialect;
import sotto.store.sql.StorageException;
import sotto.store.write.Call;
import sotto.store.write.Fate;
import sotto.store.write.OwnerName;
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
      assertThat(first.services()).isNotEmpty();
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
  void databaseOfTheFirstVersion_getsWhatIsNewWhenItIsOpened() throws Exception {
    open(folder).close();
    SqliteDialect dialect = dialect();
    try (Session writer = new Session(dialect.openWriter(), dialect)) {
      writer.run("DROP TABLE kept_blob");
      writer.run("DROP TABLE loose_segment");
      writer.update("UPDATE schema_version SET version = 1");
      writer.update("UPDATE bucket SET epoch = 7");
    }
    open(folder).close();
    try (Session reader = new Session(dialect.openReader(), dialect)) {
      assertThat(reader.first("SELECT version FROM schema_version", row -> row.getInt(1)))
          .contains(Schema.VERSION);
      assertThat(reader.first("SELECT COUNT(*) FROM kept_blob", row -> row.getInt(1))).contains(0);
      assertThat(reader.first("SELECT MIN(epoch) FROM bucket", row -> row.getInt(1)).orElse(0))
          .as("buckets keep their epochs, and are taken over anew")
          .isGreaterThan(7);
    }
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

  private Writers owner(String pod, String start) throws SQLException {
    return OwnWriters.start(dialect(), new OwnerName(pod, start), 100);
  }

  @Test
  void ofTwoOwners_onlyTheLaterOneWrites() throws Exception {
    try (Writers first = owner("a", "1")) {
      Call.Work<Long> work = batch -> batch.epoch(5);
      assertThat(first.write(5, 0, work)).isEqualTo(new Call.Done<>(1L));
      try (Writers second = owner("b", "1")) {
        assertThat(first.write(5, 0, work))
            .isEqualTo(new Call.NotDone<Long>(new Fate.Moved("b/1")));
        assertThat(second.write(5, 0, work)).isEqualTo(new Call.Done<>(2L));
      }
    }
  }

  /// A frozen process and its successor of the same name: the epoch tells them apart.
  @Test
  void ownerOfTheSameNameAndOlderEpoch_doesNotWrite() throws Exception {
    try (Writers first = owner("a", "1");
        Writers second = owner("a", "1")) {
      Call.Work<Long> work = batch -> batch.epoch(5);
      assertThat(second.write(5, 0, work)).isEqualTo(new Call.Done<>(2L));
      assertThat(first.write(5, 0, work))
          .as("asks for it anew before it writes")
          .isEqualTo(new Call.NotDone<Long>(new Fate.Moved("a/1")));
    }
  }
}
