package sotto.store.sql;

import java.sql.SQLException;

/// The database does not do its work just now. Its text and cause carry no data of users: of an SQL
/// error only the codes are kept.
public final class StorageException extends RuntimeException {
  /// With a text.
  public StorageException(String message) {
    super(message);
  }

  /// With the codes of an SQL error.
  public StorageException(String message, SQLException e) {
    super(message + " (" + codes(e) + ")");
    setStackTrace(e.getStackTrace());
  }

  /// The codes of an SQL error, fit for a log.
  public static String codes(SQLException e) {
    return "SQL state " + e.getSQLState() + ", code " + e.getErrorCode();
  }
}
