package sotto.store.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One connection with its prepared statements, for one thread at a time.
///
/// Arguments are `byte[]`, `Integer`, `Long`, `String` or [#NULL]. Error texts of a database can
/// hold the arguments: never log them.
public final class Session implements AutoCloseable {
  /// SQL's NULL as an argument.
  public static final Object NULL = new Object();

  private static final int MAX_STATEMENTS = 512;

  private final Connection connection;
  private final Dialect dialect;
  private final Map<String, PreparedStatement> statements = new HashMap<>();
  private int answered;

  /// Takes over the connection.
  public Session(Connection connection, Dialect dialect) {
    this.connection = connection;
    this.dialect = dialect;
  }

  /// Runs a statement that changes rows.
  ///
  /// @return how many it changed
  public int update(String sql, Object... arguments) throws SQLException {
    PreparedStatement statement = bound(sql, arguments);
    int changed = statement.executeUpdate();
    answered++;
    return changed;
  }

  /// All rows of a query.
  public <T> List<T> list(String sql, Row<T> row, Object... arguments) throws SQLException {
    PreparedStatement statement = bound(sql, arguments);
    List<T> rows = new ArrayList<>();
    try (ResultSet result = statement.executeQuery()) {
      answered++;
      while (result.next()) {
        rows.add(row.read(result));
      }
    }
    return rows;
  }

  /// The first row of a query.
  public <T> Optional<T> first(String sql, Row<T> row, Object... arguments) throws SQLException {
    PreparedStatement statement = bound(sql, arguments);
    try (ResultSet result = statement.executeQuery()) {
      answered++;
      return result.next() ? Optional.of(row.read(result)) : Optional.empty();
    }
  }

  /// Begins a transaction; see [Dialect#begin].
  public void begin() throws SQLException {
    answered = 0;
    dialect.begin(connection);
  }

  /// How many statements the database has answered since [#begin]; until the first the connection
  /// may have been gone long before.
  public int answered() {
    return answered;
  }

  /// Ends the transaction; see [Dialect#commit].
  public void commit() throws SQLException {
    dialect.commit(connection);
  }

  /// Ends the transaction as if it had not been; see [Dialect#rollback].
  public void rollback() throws SQLException {
    dialect.rollback(connection);
  }

  /// Runs a statement that has neither arguments nor a result, such as one that makes a table.
  public void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /// Whether there is a table of this name.
  public boolean hasTable(String name) throws SQLException {
    return first(dialect.tableNamed(), row -> 1, name).isPresent();
  }

  private PreparedStatement bound(String sql, Object... arguments) throws SQLException {
    PreparedStatement statement = statements.get(sql);
    if (statement == null) {
      if (statements.size() >= MAX_STATEMENTS) {
        closeStatements();
      }
      statement = connection.prepareStatement(sql);
      statements.put(sql, statement);
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
      case Integer number -> statement.setInt(index, number);
      case Long number -> statement.setLong(index, number);
      case String text -> statement.setString(index, text);
      case Object o when o == NULL -> statement.setNull(index, Types.BINARY);
      default -> throw new IllegalArgumentException("no such argument: " + argument.getClass());
    }
  }

  private void closeStatements() throws SQLException {
    for (PreparedStatement statement : statements.values()) {
      statement.close();
    }
    statements.clear();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
