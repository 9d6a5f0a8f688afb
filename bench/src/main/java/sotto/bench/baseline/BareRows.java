package sotto.bench.baseline;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.ThreadLocalRandom;

/// What a database does with mailbox rows by itself, over one connection: an insert of several
/// rows, committed with its fsync, and a delete of the same, committed too.
public final class BareRows implements AutoCloseable {
  private static final String TABLE =
      """
      CREATE TABLE bench_rows (account_id BINARY(16) NOT NULL, device_id INT NOT NULL,
        position BIGINT NOT NULL, dedupe BINARY(16) NOT NULL, accepted_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL, size INT NOT NULL, sender_tag BINARY(16), envelope MEDIUMBLOB NOT NULL,
        PRIMARY KEY (account_id, device_id, position), UNIQUE (account_id, device_id, dedupe))
      """;
  private static final int COLUMNS = 9;
  private static final int ACCOUNTS = 512;

  private final Connection connection;
  private final byte[] envelope;
  private long position;

  private BareRows(Connection connection, int bytes) throws SQLException {
    this.connection = connection;
    this.envelope = new byte[bytes];
    ThreadLocalRandom.current().nextBytes(envelope);
    connection.setAutoCommit(true);
    run("DROP TABLE IF EXISTS bench_rows");
    run(TABLE);
    connection.setAutoCommit(false);
  }

  /// A new SQLite file, as durable as a server's.
  public static BareRows sqlite(Path file, int bytes) throws SQLException {
    Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
    try (var statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode = WAL");
      statement.execute("PRAGMA synchronous = FULL");
    }
    return new BareRows(connection, bytes);
  }

  /// A database that is there, closed with this.
  public static BareRows of(Connection connection, int bytes) throws SQLException {
    return new BareRows(connection, bytes);
  }

  /// Inserts and deletes for so long.
  ///
  /// @param group rows of a transaction
  /// @return rows a second that were inserted and deleted
  public double perSecond(int group, int seconds) throws SQLException {
    String values = "(?,?,?,?,?,?,?,?,?)" + ",(?,?,?,?,?,?,?,?,?)".repeat(group - 1);
    String keys = "(account_id = ? AND device_id = 1 AND position = ?)";
    long rows = 0;
    long begun = System.nanoTime();
    long end = begun + seconds * 1_000_000_000L;
    try (var insert = connection.prepareStatement("INSERT INTO bench_rows VALUES " + values);
        var delete =
            connection.prepareStatement(
                "DELETE FROM bench_rows WHERE " + keys + (" OR " + keys).repeat(group - 1))) {
      while (System.nanoTime() < end) {
        fill(insert, delete, group);
        insert.executeUpdate();
        connection.commit();
        if (delete.executeUpdate() != group) {
          throw new SQLException("not deleted");
        }
        connection.commit();
        rows += group;
      }
    }
    return rows / ((System.nanoTime() - begun) / 1e9);
  }

  private void fill(PreparedStatement insert, PreparedStatement delete, int group)
      throws SQLException {
    for (int i = 0; i < group; i++) {
      long mine = ++position;
      byte[] account =
          ByteBuffer.allocate(16).putLong(mine % ACCOUNTS * 0x9e3779b97f4a7c15L).array();
      int at = i * COLUMNS;
      insert.setBytes(at + 1, account);
      insert.setInt(at + 2, 1);
      insert.setLong(at + 3, mine);
      insert.setBytes(at + 4, ByteBuffer.allocate(16).putLong(mine).array());
      insert.setLong(at + 5, mine);
      insert.setLong(at + 6, mine);
      insert.setInt(at + 7, envelope.length);
      insert.setBytes(at + 8, account);
      insert.setBytes(at + 9, envelope);
      delete.setBytes(2 * i + 1, account);
      delete.setLong(2 * i + 2, mine);
    }
  }

  private void run(String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.setAutoCommit(true);
    run("DROP TABLE IF EXISTS bench_rows");
    connection.close();
  }
}
