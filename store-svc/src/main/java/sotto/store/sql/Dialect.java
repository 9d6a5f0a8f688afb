package sotto.store.sql;

import java.sql.Connection;
import java.sql.SQLException;

/// What differs between databases; everything else in this module is the same statements.
///
/// Statements are written so that a sharded MySQL takes them: each carries the sharding key of its
/// table, and no transaction touches rows of two keys except those of buckets on one shard.
public interface Dialect {
  /// Opens a connection that may write, outside a transaction.
  Connection openWriter() throws SQLException;

  /// Opens a connection that can only query; autocommit is on.
  Connection openReader() throws SQLException;

  /// Begins a transaction that may write.
  void begin(Connection connection) throws SQLException;

  /// Ends the transaction; all of it is durable when this returns. When it throws, nobody knows.
  void commit(Connection connection) throws SQLException;

  /// Ends the transaction as if it had not been. When it throws, the connection is of no more use.
  void rollback(Connection connection) throws SQLException;

  /// How many connections write at a time. Each takes a contiguous share of the buckets.
  int writers();

  /// The words that begin an insert which leaves out rows whose key is there already.
  String insertIgnore();

  /// What follows a select of bucket rows so that they stay as they are until the transaction ends.
  String forShare();

  /// What follows the closing bracket of a table.
  ///
  /// @param wide whether its rows are long
  String tableOptions(boolean wide);

  /// Whether one transaction may take over many buckets: only where nobody else can be waiting.
  boolean takesBucketsTogether();

  /// What an error means.
  Failure classify(SQLException e);
}
