package sotto.store.testing;

import com.google.protobuf.ByteString;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.sqlite.SQLiteConnection;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.store.cold.Directory;
import sotto.store.cold.Marks;
import sotto.store.cold.SegmentName;
import sotto.store.sql.Schema;
import sotto.store.sql.Session;

/// A database in memory that the pods of a simulation share. There is one connection: whoever
/// begins a transaction ends it before anybody else does anything. For one thread.
public final class MemoryDatabase implements AutoCloseable {
  private static final String KEPT = "kept_";

  private final SQLiteConnection connection;
  private final Deque<Link> free = new ArrayDeque<>();
  private final Session own;
  private final List<String> tables;
  private boolean remembers;
  private long commits;
  private long changes;

  private MemoryDatabase(SQLiteConnection connection) throws SQLException {
    this.connection = connection;
    MemoryDialect dialect = dialect(() -> CommitFault.NONE);
    this.own = new Session(dialect.openWriter(), dialect);
    new Schema(dialect).prepare(own);
    this.tables =
        own
            .list(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
                    + " AND name NOT IN ('schema_version', 'bucket')",
                row -> row.getString(1))
            .stream()
            .sorted()
            .toList();
  }

  /// A new one with its tables.
  public static MemoryDatabase open() {
    try {
      return new MemoryDatabase(
          (SQLiteConnection) DriverManager.getConnection("jdbc:sqlite::memory:"));
    } catch (SQLException e) {
      throw new IllegalStateException("no database in memory", e);
    }
  }

  /// The database as one process sees it.
  ///
  /// @param faults is asked before each commit that changes something
  public MemoryDialect dialect(Supplier<CommitFault> faults) {
    return new MemoryDialect(this, faults);
  }

  /// For statements beside the pods'; nothing happens to its commits.
  public Session session() {
    return own;
  }

  /// An envelope in a mailbox.
  ///
  /// @param device whose mailbox
  /// @param position its place in it
  /// @param envelope as it was stored
  public record Mail(DeviceAddress device, long position, ByteString envelope) {}

  /// All mailboxes, by device and position.
  public List<Mail> mails() {
    try {
      return own.list(
          "SELECT account_id, device_id, position, envelope FROM inbox"
              + " ORDER BY account_id, device_id, position",
          row ->
              new Mail(
                  new DeviceAddress(new AccountId(row.getBytes(1)), new DeviceId(row.getInt(2))),
                  row.getLong(3),
                  ByteString.copyFrom(row.getBytes(4))));
    } catch (SQLException e) {
      throw broken(e);
    }
  }

  /// An envelope in a segment, that has not left.
  ///
  /// @param device whose mailbox
  /// @param name of the segment
  /// @param index its place in the segment
  /// @param position its place in the mailbox
  public record ColdMail(DeviceAddress device, SegmentName name, int index, long position) {}

  /// The cold parts of all mailboxes, by device and position.
  public List<ColdMail> coldMails() {
    List<ColdMail> mails = new ArrayList<>();
    try {
      own.list(
          "SELECT account_id, device_id, blob_id, dedupe_keys, acked FROM inbox_segment"
              + " ORDER BY account_id, device_id, first_position",
          row -> {
            DeviceAddress device =
                new DeviceAddress(new AccountId(row.getBytes(1)), new DeviceId(row.getInt(2)));
            SegmentName name = SegmentName.of(row.getBytes(3));
            List<Directory.Entry> entries = Directory.decode(row.getBytes(4)).entries();
            Marks marks = Marks.of(row.getBytes(5));
            for (int i = 0; i < entries.size(); i++) {
              if (!marks.isGone(i)) {
                mails.add(new ColdMail(device, name, i, entries.get(i).position()));
              }
            }
            return name;
          });
      return mails;
    } catch (SQLException e) {
      throw broken(e);
    }
  }

  /// The blobs that are recorded and not pointed to.
  public Set<SegmentName> loose() {
    try {
      return new HashSet<>(
          own.list("SELECT blob_id FROM loose_segment", row -> SegmentName.of(row.getBytes(1))));
    } catch (SQLException e) {
      throw broken(e);
    }
  }

  /// A change in the chain of a group.
  ///
  /// @param group its id
  /// @param revision its place in the chain
  /// @param change as it was stored
  public record StoredChange(ByteString group, long revision, ByteString change) {}

  /// The chains of all groups, by group and revision.
  public List<StoredChange> groupChanges() {
    try {
      return own.list(
          "SELECT group_id, revision, bytes FROM group_change ORDER BY group_id, revision",
          row ->
              new StoredChange(
                  ByteString.copyFrom(row.getBytes(1)),
                  row.getLong(2),
                  ByteString.copyFrom(row.getBytes(3))));
    } catch (SQLException e) {
      throw broken(e);
    }
  }

  /// How many changes all groups have.
  public long groupChangeCount() {
    try {
      return own.list("SELECT COUNT(*) FROM group_change", row -> row.getLong(1)).getFirst();
    } catch (SQLException e) {
      throw broken(e);
    }
  }

  private static IllegalStateException broken(SQLException e) {
    return new IllegalStateException("the database in memory failed", e);
  }

  /// How many transactions have changed something since the last [#reset].
  public long commits() {
    return commits;
  }

  /// What is there now is what [#reset] brings back, but for the owners of buckets.
  public void remember() {
    try {
      for (String table : tables) {
        own.run("DROP TABLE IF EXISTS " + KEPT + table);
        own.run("CREATE TABLE " + KEPT + table + " AS SELECT * FROM " + table);
      }
    } catch (SQLException e) {
      throw broken(e);
    }
    remembers = true;
  }

  /// Brings back what it was told to remember, or nothing, and frees all buckets. No pod may be
  /// open.
  public void reset() {
    try {
      resetAll();
    } catch (SQLException e) {
      throw broken(e);
    }
  }

  private void resetAll() throws SQLException {
    rollback();
    own.begin();
    for (String table : tables) {
      own.update("DELETE FROM " + table);
      if (remembers) {
        own.update("INSERT INTO " + table + " SELECT * FROM " + KEPT + table);
      }
    }
    own.update(
        "UPDATE bucket SET owner = '', epoch = 0, taken_at = 0 WHERE epoch <> 0 OR owner <> ''");
    own.commit();
    commits = 0;
  }

  Connection lend(Deque<Link> lent) {
    Link link = free.isEmpty() ? new Link(connection, free::push) : free.pop();
    lent.push(link);
    return link.lend();
  }

  void begin() throws SQLException {
    if (!connection.getAutoCommit()) {
      throw new IllegalStateException("a transaction is open");
    }
    connection.setAutoCommit(false);
    changes = connection.getDatabase().total_changes();
  }

  /// Whether the open transaction has changed something.
  boolean hasChanged() throws SQLException {
    return connection.getDatabase().total_changes() != changes;
  }

  void commit() throws SQLException {
    if (hasChanged()) {
      commits++;
    }
    connection.setAutoCommit(true);
  }

  /// Ends the transaction if there is one.
  void rollback() throws SQLException {
    if (!connection.getAutoCommit()) {
      connection.rollback();
      connection.setAutoCommit(true);
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw broken(e);
    }
  }
}
