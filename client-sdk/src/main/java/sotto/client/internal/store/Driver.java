package sotto.client.internal.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import org.sqlite.jdbc4.JDBC4Connection;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;

/// Opens encrypted files with SQLite3 Multiple Ciphers. Thread-safe.
///
/// SQLite counts as initialised a moment before that extension is: who opens a file in between gets
/// a connection that takes no notice of a key, and writes what anybody can read. So nothing is
/// opened before the extension's functions have been seen, and what does not encrypt is not given
/// out.
final class Driver {
  private static final Duration PAUSE = Duration.ofMillis(1);
  private static final int MOST_PAUSES = 5_000;

  private static boolean loaded; // guarded by the class

  private Driver() {}

  /// Loads the driver's library and waits until it can encrypt.
  ///
  /// @throws SQLException if it cannot be loaded
  /// @throws SottoException INTERNAL if it cannot encrypt, as when another driver for SQLite was
  ///   loaded in its place
  static synchronized void load() throws SQLException {
    for (int left = MOST_PAUSES; !loaded; left--) {
      try (var connection = connect(":memory:", new Properties());
          var statement = connection.createStatement()) {
        statement.execute("SELECT sqlite3mc_version()");
        loaded = true;
      } catch (SQLException e) {
        if (!String.valueOf(e.getMessage()).contains("no such function")) {
          throw e;
        }
        if (left == 0) {
          throw SottoException.of(
              Code.INTERNAL,
              "The driver for SQLite cannot encrypt: is another one (org.xerial) on the class path?",
              e);
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  /// Opens a file, or makes it.
  ///
  /// @param key 32 bytes, stays the caller's
  /// @throws SQLException also if the key is another
  /// @throws SottoException INTERNAL if it would not be encrypted; nothing was written then
  static Connection open(Path file, byte[] key) throws SQLException {
    load();
    Properties properties = new Properties();
    properties.setProperty("cipher", "chacha20");
    properties.setProperty("key", "raw:" + HexFormat.of().formatHex(key));
    Connection connection = connect(file.toString(), properties);
    try {
      insistOnCipher(connection);
      return connection;
    } catch (SQLException | SottoException e) {
      connection.close();
      throw e;
    }
  }

  /// Opens a file that is not encrypted.
  static Connection openPlain(Path file) throws SQLException {
    load();
    return connect(file.toString(), new Properties());
  }

  private static Connection connect(String file, Properties properties) throws SQLException {
    return new JDBC4Connection("jdbc:sqlite:" + file, file, properties);
  }

  /// Only a file that is encrypted has a salt.
  static void insistOnCipher(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        var salt = statement.executeQuery("SELECT sqlite3mc_codec_data('cipher_salt')")) {
      if (!salt.next() || salt.getString(1) == null) {
        throw SottoException.of(Code.INTERNAL, "The store would not be encrypted.");
      }
    }
  }
}
