package sotto.store.sql;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;

/// SQLite in one file: write-ahead log, synchronised on every commit.
///
/// **One writer.** Exactly one connection writes and checkpoints; all others are query-only and are
/// closed before it. SQLite before 3.51.3 can lose a committed transaction when one connection
/// checkpoints while another restarts the log; with one such connection that cannot be.
///
/// @param file the database file
public record SqliteDialect(Path file) implements Dialect {
  private static final int BUSY_MILLIS = 5_000;
  // sqlite.org/rescode.html
  private static final int BUSY = 5;
  private static final int LOCKED = 6;
  private static final int READONLY = 8;
  private static final int IOERR = 10;
  private static final int FULL = 13;
  private static final int CANTOPEN = 14;

  @Override
  public Connection openWriter() throws SQLException {
    Properties options = new Properties();
    options.setProperty("transaction_mode", "IMMEDIATE");
    Connection connection = open(options);
    try {
      expect(connection, "PRAGMA journal_mode = WAL", "wal");
      run(connection, "PRAGMA synchronous = FULL");
      run(connection, "PRAGMA fullfsync = ON"); // macOS: without it fsync does not reach the disk
      run(connection, "PRAGMA journal_size_limit = 67108864");
      expect(connection, "PRAGMA synchronous", "2");
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  @Override
  public Connection openReader() throws SQLException {
    Connection connection = open(new Properties());
    try {
      run(connection, "PRAGMA wal_autocheckpoint = 0");
      run(connection, "PRAGMA query_only = ON");
      expect(connection, "PRAGMA query_only", "1");
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  private Connection open(Properties options) throws SQLException {
    options.setProperty("busy_timeout", Integer.toString(BUSY_MILLIS));
    options.setProperty("temp_store", "MEMORY");
    return DriverManager.getConnection("jdbc:sqlite:" + file.toAbsolutePath(), options);
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static void expect(Connection connection, String sql, String wanted) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      if (!result.next() || !wanted.equalsIgnoreCase(result.getString(1))) {
        throw new SQLException("SQLite does not do what was asked: " + sql);
      }
    }
  }

  /// Takes the write lock at once (`BEGIN IMMEDIATE`), so that no later statement finds it taken.
  @Override
  public void begin(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
  }

  /// Turning autocommit on is the driver's commit that does not begin anew: between transactions no
  /// lock is held.
  @Override
  public void commit(Connection connection) throws SQLException {
    connection.setAutoCommit(true);
  }

  @Override
  public void rollback(Connection connection) throws SQLException {
    connection.rollback();
    connection.setAutoCommit(true);
  }

  @Override
  public int writers() {
    return 1;
  }

  @Override
  public String insertIgnore() {
    return "INSERT OR IGNORE INTO ";
  }

  /// Nothing: the writing transaction holds the only write lock from its start.
  @Override
  public String forShare() {
    return "";
  }

  @Override
  public String forUpdate() {
    return "";
  }

  /// Each alternative is looked up in an index; a list of tuples would be looked up for each row.
  @Override
  public String anyOf(List<String> columns, int tuples) {
    String tuple = "(" + String.join(" = ? AND ", columns) + " = ?)";
    return "(" + (tuple + " OR ").repeat(tuples - 1) + tuple + ")";
  }

  @Override
  public String tableNamed() {
    return "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?";
  }

  /// Short rows lie in the tree of their primary key; long ones would make it too deep.
  @Override
  public String tableOptions(boolean wide) {
    return wide ? "" : "WITHOUT ROWID";
  }

  @Override
  public Tables tables() {
    return Tables.MADE_WHEN_OPENED;
  }

  /// True: the folder has one owner process.
  @Override
  public boolean hasOneOwner() {
    return true;
  }

  @Override
  public ShardMap shards(Session session) {
    return ShardMap.ONE;
  }

  @Override
  public Failure classify(SQLException e) {
    return switch (e.getErrorCode() & 0xff) {
      case FULL -> Failure.FULL;
      case IOERR, READONLY, CANTOPEN -> Failure.DOWN;
      case BUSY, LOCKED -> Failure.DOWN;
      default -> Failure.REFUSED;
    };
  }
}
