package sotto.client.internal.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.sqlite.ProgressHandler;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.client.SottoException;
import sotto.group.GroupId;

/// The store's connection: statements are prepared once and kept. Only for the thread of the
/// [Lane].
///
/// Failures are [SottoException]s, see [StorageFaults].
public final class Sql implements AutoCloseable {
  private static final int INSTRUCTIONS = 100;

  private final Connection connection;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();

  Sql(Connection connection) {
    this.connection = connection;
  }

  /// Runs a statement that changes rows.
  ///
  /// @param arguments byte[], String, Number, Boolean, AccountId, or an Optional of one of them
  ///   (empty = NULL)
  /// @return how many rows
  public int update(String sql, Object... arguments) {
    try {
      return bound(sql, arguments).executeUpdate();
    } catch (SQLException e) {
      throw failed(sql, e);
    }
  }

  /// Runs an INSERT.
  ///
  /// @return the row's id
  public long insert(String sql, Object... arguments) {
    update(sql, arguments);
    return one("SELECT last_insert_rowid()", r -> r.number(1)).orElseThrow();
  }

  /// The first row of a query.
  public <T> Optional<T> one(String sql, Row.Mapper<T> mapper, Object... arguments) {
    List<T> rows = list(sql, mapper, arguments);
    return rows.isEmpty() ? Optional.empty() : Optional.of(rows.getFirst());
  }

  /// All rows of a query.
  public <T> List<T> list(String sql, Row.Mapper<T> mapper, Object... arguments) {
    try (ResultSet result = bound(sql, arguments).executeQuery()) {
      List<T> rows = new ArrayList<>();
      Row row = new Row(result);
      while (result.next()) {
        rows.add(mapper.map(row));
      }
      return rows;
    } catch (SQLException e) {
      throw failed(sql, e);
    }
  }

  /// A number that a query gives, 0 if it gives none.
  public long number(String sql, Object... arguments) {
    return one(sql, r -> r.number(1), arguments).orElse(0L);
  }

  /// Runs a statement without arguments, such as BEGIN.
  void run(String sql) {
    try {
      PreparedStatement statement = bound(sql);
      if (statement.execute()) {
        // A statement that was not read to its end would stay open.
        statement.getResultSet().close();
      }
    } catch (SQLException e) {
      throw failed(sql, e);
    }
  }

  /// The driver closes a statement that failed: it is prepared anew the next time.
  private SottoException failed(String sql, SQLException failure) {
    PreparedStatement statement = prepared.remove(sql);
    if (statement != null) {
      try {
        statement.close();
      } catch (SQLException e) {
        failure.addSuppressed(e);
      }
    }
    return StorageFaults.of(failure);
  }

  private PreparedStatement bound(String sql, Object... arguments) throws SQLException {
    PreparedStatement statement = prepared.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      prepared.put(sql, statement);
    }
    for (int i = 0; i < arguments.length; i++) {
      bind(statement, i + 1, arguments[i]);
    }
    return statement;
  }

  private static void bind(PreparedStatement statement, int index, Object argument)
      throws SQLException {
    switch (argument) {
      case byte[] bytes -> statement.setBytes(index, bytes);
      case String text -> statement.setString(index, text);
      case Long number -> statement.setLong(index, number);
      case Integer number -> statement.setInt(index, number);
      case Double number -> statement.setDouble(index, number);
      case Boolean flag -> statement.setInt(index, flag ? 1 : 0);
      case AccountId account -> statement.setBytes(index, account.bytes());
      case GroupId group -> statement.setBytes(index, group.bytes());
      case Bytes bytes -> statement.setBytes(index, bytes.toArray());
      case Optional<?> optional -> {
        if (optional.isPresent()) {
          bind(statement, index, optional.get());
        } else {
          statement.setObject(index, null);
        }
      }
      default -> throw new IllegalArgumentException("cannot store a " + argument.getClass());
    }
  }

  /// Counts the instructions of SQLite's machine from now on: work that does not depend on how busy
  /// this one is. For tests.
  public LongAdder countWork() {
    LongAdder work = new LongAdder();
    try {
      ProgressHandler.setHandler(
          connection,
          INSTRUCTIONS,
          new ProgressHandler() {
            @Override
            protected int progress() {
              work.add(INSTRUCTIONS);
              return 0;
            }
          });
      return work;
    } catch (SQLException e) {
      throw StorageFaults.of(e);
    }
  }

  @Override
  public void close() {
    try {
      for (PreparedStatement statement : prepared.values()) {
        statement.close();
      }
      connection.close();
    } catch (SQLException e) {
      throw StorageFaults.of(e);
    }
  }
}
