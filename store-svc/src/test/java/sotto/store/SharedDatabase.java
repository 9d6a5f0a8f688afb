package sotto.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sotto.store.sql.Migration;
import sotto.store.sql.MySqlDialect;
import sotto.store.sql.StoreUrl;

/// One plain MySQL, or a Vitess with two shards, that all tests of this process share. It is
/// started when first asked for and ends with the process; the system property
/// `sotto.store.tests.url` names one that runs already, **which the tests empty**.
///
/// The tests' own statements go to each shard by itself (`USE "sotto:-80"`): vtgate refuses those
/// that would go to all of them.
final class SharedDatabase implements TestDatabase {
  private static final String STACK = "sotto.store.tests.stack";
  private static final Set<String> KEPT = Set.of("bucket", "schema_version");
  private static final int WRITERS = 4;
  private static final int AT_ONCE = 5_000;
  private static final int NO_SUCH_THREAD = 1094;

  // Guarded by the class.
  private static Optional<SharedDatabase> open = Optional.empty();

  private final String name;
  private final Stack stack;
  private final StoreUrl url;
  private final MySqlDialect dialect;
  private final Connection routed;
  private final List<Connection> shards = new ArrayList<>();
  private final List<String> tables;
  private boolean poisoned;

  private SharedDatabase(String name, Stack stack) throws SQLException {
    this.name = name;
    this.stack = stack;
    this.url = StoreUrl.parse(stack.url());
    new Migration(url).run();
    dialect = MySqlDialect.connect(url, WRITERS);
    routed = dialect.openReader();
    for (String shard : dialect.vitess() ? column(routed, "SHOW VITESS_SHARDS") : List.of("")) {
      Connection connection = dialect.openReader();
      if (dialect.vitess()) {
        execute(connection, "USE `" + shard.replace('/', ':') + "`");
      }
      shards.add(connection);
    }
    tables = List.copyOf(column(shards.getFirst(), "SHOW TABLES"));
  }

  /// The one of this process.
  ///
  /// @param name mysql or vitess
  static synchronized SharedDatabase named(String name) {
    if (open.isEmpty()) {
      try {
        open = Optional.of(new SharedDatabase(name, stack(name)));
      } catch (SQLException e) {
        throw new AssertionError("the tests cannot use their database " + name, e);
      }
    }
    return open.get();
  }

  private static Stack stack(String name) {
    return Optional.ofNullable(System.getProperty(STACK))
        .map(folder -> Stack.at(Path.of(folder)))
        .orElseGet(() -> Stack.start(name));
  }

  /// Where it is.
  StoreUrl url() {
    return url;
  }

  /// What runs it.
  Stack stack() {
    return stack;
  }

  /// The names of its tables.
  List<String> tables() {
    return tables;
  }

  @Override
  public MySqlDialect dialect() {
    return dialect;
  }

  @Override
  public synchronized void empty() throws SQLException {
    for (Connection shard : shards) {
      if (poisoned) {
        execute(shard, "ALTER TABLE inbox DROP CONSTRAINT poison");
      }
      shard.setAutoCommit(false);
      for (String table : tables) {
        if (!KEPT.contains(table)) {
          String some = "DELETE FROM " + table + " LIMIT " + AT_ONCE;
          while (execute(shard, some) == AT_ONCE) {
            // More than a tablet changes with one statement.
          }
        }
      }
      execute(
          shard,
          "UPDATE bucket SET owner = '', epoch = 0, taken_at = 0 WHERE owner <> '' OR epoch <> 0");
      shard.commit();
      shard.setAutoCommit(true);
    }
    poisoned = false;
  }

  @Override
  public synchronized int everywhere(String sql) throws SQLException {
    int changed = 0;
    for (Connection shard : shards) {
      changed += execute(shard, sql);
    }
    return changed;
  }

  @Override
  public synchronized int insert(String sql) throws SQLException {
    return execute(routed, sql);
  }

  @Override
  public synchronized long count(String query) throws SQLException {
    long count = -1;
    for (Connection shard : shards) {
      try (Statement statement = shard.createStatement();
          ResultSet result = statement.executeQuery(query)) {
        if (result.next()) {
          count = Math.max(0, count) + result.getLong(1);
        }
      }
    }
    return count;
  }

  @Override
  public synchronized void poison() throws SQLException {
    everywhere("ALTER TABLE inbox ADD CONSTRAINT poison CHECK (size <> 13)");
    poisoned = true;
  }

  /// Ends all connections but the tests' own, on one plain MySQL.
  synchronized void killOthers() throws SQLException {
    List<String> own = new ArrayList<>(column(routed, "SELECT CONNECTION_ID()"));
    own.addAll(column(shards.getFirst(), "SELECT CONNECTION_ID()"));
    while (true) {
      List<String> others =
          column(
              routed,
              "SELECT processlist_id FROM performance_schema.threads WHERE processlist_user = '"
                  + url.user()
                  + "'");
      others.removeAll(own);
      if (others.isEmpty()) {
        return;
      }
      for (String id : others) {
        try {
          execute(routed, "KILL " + id);
        } catch (SQLException e) {
          if (e.getErrorCode() != NO_SUCH_THREAD) {
            throw e;
          }
        }
      }
    }
  }

  @Override
  public List<String> flags() {
    return List.of("-D" + PROPERTY + "=" + name, "-D" + STACK + "=" + stack.folder());
  }

  private static int execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.executeUpdate(sql);
    }
  }

  private static List<String> column(Connection connection, String query) throws SQLException {
    List<String> values = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      while (result.next()) {
        values.add(result.getString(1));
      }
    }
    return values;
  }
}
