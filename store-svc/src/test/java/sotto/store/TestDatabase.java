package sotto.store;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import sotto.store.sql.Dialect;

/// The database that contract tests run on. The system property `sotto.store.database` names it:
/// `sqlite` (the default: a file in the test's folder), `mysql` or `vitess` (one that all tests of
/// this process share, empty at the start of each).
interface TestDatabase {
  /// The property that names the database.
  String PROPERTY = "sotto.store.database";

  /// The database of a test that has this folder.
  static TestDatabase in(Path folder) {
    String name = System.getProperty(PROPERTY, "sqlite");
    return switch (name) {
      case "sqlite" -> new SqliteTestDatabase(folder);
      case "mysql", "vitess" -> SharedDatabase.named(name);
      default -> throw new IllegalArgumentException(PROPERTY + " is sqlite, mysql or vitess");
    };
  }

  /// Leaves nothing of earlier tests. Nobody may use the database meanwhile.
  void empty() throws SQLException;

  /// What a store uses.
  Dialect dialect();

  /// Runs a statement in all of the database, as another owner would.
  ///
  /// @return how many rows it changed
  int everywhere(String sql) throws SQLException;

  /// Inserts a row where it belongs.
  int insert(String sql) throws SQLException;

  /// The number that a query gives, added up where the database has several parts; -1 if it gives
  /// none.
  long count(String query) throws SQLException;

  /// From now on the database refuses envelopes of 13 bytes.
  void poison() throws SQLException;

  /// The flags of a JVM whose tests are to run on this database, too.
  List<String> flags();
}
