package sotto.store.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/// What differs between databases; everything else in this module is the same statements.
///
/// Statements are written so that a sharded MySQL takes them: each carries the sharding key of its
/// table, and no transaction touches rows of two keys except those of buckets on one shard.
public interface Dialect {
  /// Opens a connection that may write, outside a transaction.
  Connection openWriter() throws SQLException;

  /// Opens a connection that can only query, or is only used so; autocommit is on.
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

  /// What follows a select of bucket rows so that they stay as they are until the transaction ends;
  /// rows that another is changing are left out.
  String forShare();

  /// What follows a select of bucket rows that are going to be changed; rows that another has
  /// locked are left out.
  String forUpdate();

  /// A condition that some columns have the values of one of some tuples, in question marks.
  ///
  /// @param tuples 1 to 500
  String anyOf(List<String> columns, int tuples);

  /// A query with one argument that has a row if there is a table of that name.
  String tableNamed();

  /// What follows the closing bracket of a table.
  ///
  /// @param wide whether its rows are long
  String tableOptions(boolean wide);

  /// How the tables of a new database come to be.
  Tables tables();

  /// Whether nobody else can write to the database, so that all buckets are taken at the start.
  boolean hasOneOwner();

  /// Which buckets lie together, as it is just now. Called outside a transaction.
  ShardMap shards(Session session) throws SQLException;

  /// What an error means.
  Failure classify(SQLException e);

  /// How the tables of a database come to be.
  enum Tables {
    /// Made by whoever opens the database first.
    MADE_WHEN_OPENED,
    /// Made by [Migration].
    MADE_BY_MIGRATION,
    /// Made with the database's own tools before [Migration], which fills them.
    MADE_BEFORE
  }
}
