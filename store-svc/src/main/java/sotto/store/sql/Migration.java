package sotto.store.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/// Brings the database at an address to the schema that this program works with. May be run again
/// and by several at once: whoever comes later finds it done.
///
/// On one MySQL it makes the tables itself, one migration at a time under a named lock. On Vitess
/// tables and routing are changed with vtctldclient before (ApplySchema, ApplyVSchema); it then
/// checks that they are there, that the limits of shards are limits of buckets (protocol B1), and
/// makes the rows.
public final class Migration {
  private static final String LOCK = "sotto.schema";
  private static final int LOCK_SECONDS = 300;
  private static final int TRIES = 10;

  /// What a migration did.
  ///
  /// @param from the version there was; 0 = an empty database
  /// @param to the version there is
  public record Done(int from, int to) {}

  private final StoreUrl url;

  /// Of the database at an address.
  public Migration(StoreUrl url) {
    this.url = url;
  }

  /// Migrates.
  ///
  /// @throws StorageException saying what stands in the way; nothing that worked before stops
  ///   working then
  public Done run() {
    MySqlDialect dialect = MySqlDialect.connect(url, 1);
    try {
      return run(dialect, TRIES);
    } catch (SQLException e) {
      throw new StorageException("cannot migrate " + url, e);
    }
  }

  /// Two at once on Vitess, where no lock keeps them apart, can get into each other's way.
  private Done run(MySqlDialect dialect, int tries) throws SQLException {
    Connection connection = dialect.openWriter();
    try (Session session = new Session(connection, dialect)) {
      // Changing a large table takes its time, and so does waiting for another who does it.
      connection.setNetworkTimeout(Runnable::run, 0);
      // The lock ends with the connection, whatever happens.
      if (!dialect.vitess()) {
        lock(session);
      }
      return new Done(new Schema(dialect).migrate(session), Schema.VERSION);
    } catch (SQLException e) {
      if (tries > 1 && dialect.classify(e).passesAtOnce()) {
        return run(dialect, tries - 1);
      }
      throw e;
    }
  }

  private void lock(Session session) throws SQLException {
    session.run("SET SESSION wait_timeout = 3600");
    boolean got =
        session
                .first(
                    "SELECT GET_LOCK(?, ?)",
                    row -> row.getInt(1),
                    LOCK + "." + url.database(),
                    LOCK_SECONDS)
                .orElse(0)
            == 1;
    session.commit();
    if (!got) {
      throw new StorageException("another migration of " + url + " has been running for minutes");
    }
  }

  /// The statements that make or change tables, for those who apply them by hand.
  ///
  /// @param from the version of the database; 0 = an empty one
  public static List<String> statements(int from) {
    StoreUrl anywhere = StoreUrl.parse("mysql://sotto@localhost/sotto");
    return new Schema(new MySqlDialect(anywhere, true, 1)).statements(from);
  }
}
