package sotto.store.sql;

import java.sql.ResultSet;
import java.sql.SQLException;

/// Makes a value of the row that a result stands on.
///
/// @param <T> the value
@FunctionalInterface
public interface Row<T> {
  /// Reads the columns; does not move the result.
  T read(ResultSet row) throws SQLException;
}
