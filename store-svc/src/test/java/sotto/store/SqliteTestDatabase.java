package sotto.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import sotto.store.sql.Dialect;
import sotto.store.sql.SqliteDialect;

/// A file in a test's folder.
record SqliteTestDatabase(Path folder) implements TestDatabase {
  /// Nothing: the folder is new.
  @Override
  public void empty() {}

  @Override
  public Dialect dialect() {
    return new SqliteDialect(folder.resolve(StoreService.DATABASE));
  }

  private Connection open() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + folder.resolve(StoreService.DATABASE));
  }

  @Override
  public int everywhere(String sql) throws SQLException {
    try (var connection = open();
        var statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 5000");
      return statement.executeUpdate(sql);
    }
  }

  @Override
  public int insert(String sql) throws SQLException {
    return everywhere(sql);
  }

  @Override
  public long count(String query) throws SQLException {
    try (var connection = open();
        var statement = connection.createStatement();
        var result = statement.executeQuery(query)) {
      return result.next() ? result.getLong(1) : -1;
    }
  }

  @Override
  public void poison() throws SQLException {
    everywhere(
        "CREATE TRIGGER poison BEFORE INSERT ON inbox WHEN NEW.size = 13"
            + " BEGIN SELECT RAISE(ABORT, 'poison'); END");
  }

  @Override
  public List<String> flags() {
    return List.of("-D" + PROPERTY + "=sqlite");
  }
}
