package sotto.client.internal.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import sotto.chain.AccountId;

/// A row of a result, columns counted from 1.
public final class Row {
  /// Makes a value of a row.
  @FunctionalInterface
  public interface Mapper<T> {
    /// Reads the row; must not keep it.
    T map(Row row) throws SQLException;
  }

  private final ResultSet result;

  Row(ResultSet result) {
    this.result = result;
  }

  /// A number; 0 for NULL.
  public long number(int column) throws SQLException {
    return result.getLong(column);
  }

  /// A small number; 0 for NULL.
  public int integer(int column) throws SQLException {
    return result.getInt(column);
  }

  /// Whether a number is not 0.
  public boolean flag(int column) throws SQLException {
    return result.getLong(column) != 0;
  }

  /// Bytes; none for NULL.
  public byte[] bytes(int column) throws SQLException {
    return optionalBytes(column).orElseGet(() -> new byte[0]);
  }

  /// Bytes, if they are not NULL.
  public Optional<byte[]> optionalBytes(int column) throws SQLException {
    return Optional.ofNullable(result.getBytes(column));
  }

  /// A text; empty for NULL.
  public String text(int column) throws SQLException {
    return optionalText(column).orElse("");
  }

  /// A text, if it is not NULL.
  public Optional<String> optionalText(int column) throws SQLException {
    return Optional.ofNullable(result.getString(column));
  }

  /// What is there, as [Sql] takes it.
  Object value(int column) throws SQLException {
    return Optional.ofNullable(result.getObject(column));
  }

  /// An account id, if it is not NULL.
  public Optional<AccountId> account(int column) throws SQLException {
    return optionalBytes(column).map(AccountId::new);
  }
}
