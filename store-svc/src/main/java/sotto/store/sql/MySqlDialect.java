package sotto.store.sql;

import com.mysql.cj.jdbc.exceptions.CommunicationsException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;

/// MySQL 8 or later: one server, or a Vitess behind its vtgate. Both are spoken to alike; which one
/// it is is found out at the start.
///
/// **One server.** Its flush settings must make a commit durable (guarantee G1). A connection that
/// writes is ended by the server when it is silent for five seconds, so that an owner that froze in
/// a transaction does not keep its locks (protocol B4).
///
/// **Vitess.** vtgate is asked to refuse transactions on two shards. A silent transaction is ended
/// by vttablet (`--queryserver-config-transaction-timeout`).
///
/// Connections that write never have autocommit on: a transaction begins with its first statement,
/// which saves a round trip at either end.
///
/// @param url where it is
/// @param vitess whether a vtgate answers there
/// @param writers how many connections write
public record MySqlDialect(StoreUrl url, boolean vitess, int writers) implements Dialect {
  private static final int CONNECT_MILLIS = 5_000;
  // Longer than vtgate keeps a statement while a shard has no primary.
  private static final int SOCKET_MILLIS = 40_000;
  private static final int SILENT_SECONDS = 5;
  private static final int LOCK_WAIT_SECONDS = 5;

  // dev.mysql.com/doc/mysql-errors
  private static final int SHUTDOWN = 1053;
  private static final int DISK_FULL = 1021;
  private static final int TABLE_FULL = 1114;
  private static final int TOO_MANY_CONNECTIONS = 1040;
  private static final int TOO_MANY_FOR_USER = 1203;
  private static final int UNKNOWN = 1105;
  private static final int LOCK_WAIT = 1205;
  private static final int DEADLOCK = 1213;
  private static final int LIMIT_OF_USER = 1226;
  private static final int OPTION_PREVENTS = 1290;
  private static final int INTERRUPTED = 1317;
  private static final int INTERNAL = 1815;
  private static final int READ_ONLY = 1836;
  private static final int GONE = 2006;
  private static final int LOST = 2013;
  private static final int TOO_LONG = 3024;
  private static final int NO_WAIT = 3572;
  private static final int ENDED_SILENT = 4031;

  private static final String TWO_SHARDS = "multi-db transaction attempted";
  private static final Pattern REFUSED =
      Pattern.compile(
          "code = (InvalidArgument|Unimplemented|AlreadyExists|PermissionDenied)|disallowed|unsupported");

  /// Finds out what answers at an address.
  ///
  /// @param writers how many connections write, 1 to 64
  /// @throws StorageException if nothing does, if it lets nobody in, or if its commits would not be
  ///   durable
  public static MySqlDialect connect(StoreUrl url, int writers) {
    MySqlDialect dialect = new MySqlDialect(url, false, writers);
    try (Connection connection = dialect.open()) {
      String version = connection.getMetaData().getDatabaseProductVersion();
      if (version.contains("Vitess")) {
        return new MySqlDialect(url, true, writers);
      }
      if (connection.getMetaData().getDatabaseMajorVersion() < 8) {
        throw new StorageException(url + " is MySQL " + version + "; it must be 8.0 or later");
      }
      try (Session session = new Session(connection, dialect)) {
        checkDurable(session, url);
      }
      return dialect;
    } catch (SQLException e) {
      throw new StorageException("cannot use the database at " + url + why(e), e);
    }
  }

  private static String why(SQLException e) {
    return switch (e.getErrorCode()) {
      case 1044 -> ": it does not let the user into that database";
      case 1045 -> ": it refuses the user or the password";
      case 1049 -> ": it has no such database";
      case 0 ->
          e instanceof CommunicationsException
                  || e instanceof SQLNonTransientConnectionException
                  || "08S01".equals(e.getSQLState())
              ? ": nothing answers there, or not as asked (tls)"
              : "";
      default -> "";
    };
  }

  private static void checkDurable(Session session, StoreUrl url) throws SQLException {
    Map<String, String> is = new HashMap<>();
    for (String name : List.of("innodb_flush_log_at_trx_commit", "sync_binlog", "log_bin")) {
      is.put(name, session.first("SELECT @@" + name, row -> row.getString(1)).orElse(""));
    }
    check(is, url, "innodb_flush_log_at_trx_commit");
    if ("1".equals(is.get("log_bin"))) {
      check(is, url, "sync_binlog");
    }
  }

  private static void check(Map<String, String> is, StoreUrl url, String name) {
    if (!"1".equals(is.get(name))) {
      throw new StorageException(
          url
              + " could lose what it has committed: "
              + name
              + " is "
              + is.get(name)
              + " there and must be 1");
    }
  }

  private Connection open() throws SQLException {
    Properties options = new Properties();
    options.setProperty("user", url.user());
    url.password().ifPresent(password -> options.setProperty("password", password));
    options.setProperty(
        "sslMode",
        switch (url.tls()) {
          case OFF -> "DISABLED";
          case ON -> "REQUIRED";
          case VERIFY -> "VERIFY_IDENTITY";
        });
    if (url.tls() == StoreUrl.Tls.OFF) {
      options.setProperty("allowPublicKeyRetrieval", "true");
    }
    options.setProperty("connectTimeout", Integer.toString(CONNECT_MILLIS));
    options.setProperty("socketTimeout", Integer.toString(SOCKET_MILLIS));
    options.setProperty("tcpKeepAlive", "true");
    options.setProperty("characterEncoding", "UTF-8");
    // Nothing of a statement may get into a log or an error.
    options.setProperty("dumpQueriesOnException", "false");
    options.setProperty("includeInnodbStatusInDeadlockExceptions", "false");
    // Its spans would carry the text of statements.
    options.setProperty("openTelemetry", "DISABLED");
    // The settings of a session are only changed here.
    options.setProperty("useLocalSessionState", "true");
    options.setProperty("cacheServerConfiguration", "true");
    String host = url.host().contains(":") ? "[" + url.host() + "]" : url.host();
    return DriverManager.getConnection(
        "jdbc:mysql://" + host + ":" + url.port() + "/" + url.database(), options);
  }

  @Override
  public Connection openWriter() throws SQLException {
    Connection connection = open();
    try {
      try (Statement statement = connection.createStatement()) {
        if (vitess) {
          statement.execute("SET transaction_mode = 'single'");
        } else {
          statement.execute(
              String.format(
                  Locale.ROOT,
                  "SET SESSION wait_timeout = %d, innodb_lock_wait_timeout = %d,"
                      + " transaction_isolation = 'READ-COMMITTED'",
                  SILENT_SECONDS,
                  LOCK_WAIT_SECONDS));
        }
      }
      connection.setAutoCommit(false);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  @Override
  public Connection openReader() throws SQLException {
    return open();
  }

  /// Nothing: the first statement begins it.
  @Override
  public void begin(Connection connection) {}

  @Override
  public void commit(Connection connection) throws SQLException {
    connection.commit();
  }

  @Override
  public void rollback(Connection connection) throws SQLException {
    connection.rollback();
  }

  @Override
  public String insertIgnore() {
    return "INSERT IGNORE INTO ";
  }

  @Override
  public String forShare() {
    return " FOR SHARE SKIP LOCKED";
  }

  @Override
  public String forUpdate() {
    return " FOR UPDATE SKIP LOCKED";
  }

  /// vtgate finds the shard of each tuple.
  @Override
  public String anyOf(List<String> columns, int tuples) {
    String tuple = "(" + "?,".repeat(columns.size() - 1) + "?)";
    return "("
        + String.join(", ", columns)
        + ") IN ("
        + (tuple + ",").repeat(tuples - 1)
        + tuple
        + ")";
  }

  @Override
  public String tableNamed() {
    return "SHOW TABLES LIKE ?";
  }

  @Override
  public String tableOptions(boolean wide) {
    return "ENGINE=InnoDB";
  }

  @Override
  public Tables tables() {
    return vitess ? Tables.MADE_BEFORE : Tables.MADE_BY_MIGRATION;
  }

  @Override
  public boolean hasOneOwner() {
    return false;
  }

  @Override
  public ShardMap shards(Session session) throws SQLException {
    if (!vitess) {
      return ShardMap.ONE;
    }
    String keyspace = url.database() + "/";
    List<String> names = new ArrayList<>();
    for (String shard : session.list("SHOW VITESS_SHARDS", row -> row.getString(1))) {
      if (shard.startsWith(keyspace)) {
        names.add(shard.substring(keyspace.length()));
      }
    }
    // Without sharding there is one shard, named "0" or "-".
    return names.size() < 2 ? ShardMap.ONE : ShardMap.of(names);
  }

  @Override
  public Failure classify(SQLException e) {
    if (e instanceof CommunicationsException || e instanceof SQLNonTransientConnectionException) {
      return switch (e.getErrorCode()) {
        case TOO_MANY_CONNECTIONS, TOO_MANY_FOR_USER, LIMIT_OF_USER -> Failure.DOWN;
        default -> Failure.LOST;
      };
    }
    // Looked at, never logged: it can hold what was bound.
    String text = e.getMessage() == null ? "" : e.getMessage();
    return switch (e.getErrorCode()) {
      case SHUTDOWN, ENDED_SILENT, OPTION_PREVENTS, READ_ONLY -> Failure.LOST;
      case DISK_FULL, TABLE_FULL -> Failure.FULL;
      case LOCK_WAIT, DEADLOCK, NO_WAIT -> Failure.UNDONE;
      case INTERRUPTED -> text.contains(TWO_SHARDS) ? Failure.SPLIT : Failure.UNDONE;
      // vtgate passes a tablet's lost connection on as ours, which it is not.
      case GONE, LOST, INTERNAL, TOO_LONG -> Failure.DOWN;
      case UNKNOWN -> unknown(text);
      case TOO_MANY_CONNECTIONS, TOO_MANY_FOR_USER, LIMIT_OF_USER -> Failure.DOWN;
      default ->
          e.getSQLState() != null && e.getSQLState().startsWith("08")
              ? Failure.LOST
              : Failure.REFUSED;
    };
  }

  private static Failure unknown(String text) {
    if (text.contains(TWO_SHARDS)) {
      return Failure.SPLIT;
    }
    return REFUSED.matcher(text).find() ? Failure.REFUSED : Failure.DOWN;
  }
}
