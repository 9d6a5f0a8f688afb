package sotto.store.testing;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import sotto.store.sql.Dialect;
import sotto.store.sql.Failure;
import sotto.store.sql.Session;
import sotto.store.sql.ShardMap;
import sotto.store.sql.SqliteDialect;

/// A [MemoryDatabase] as one process sees it: a database that others write to as well.
public final class MemoryDialect implements Dialect {
  private static final SqliteDialect WORDS = new SqliteDialect(Path.of("memory"));
  private static final String CONNECTION_LOST = "08";

  private final MemoryDatabase database;
  private final Supplier<CommitFault> faults;
  private final Deque<Link> lent = new ArrayDeque<>();
  private boolean dead;

  MemoryDialect(MemoryDatabase database, Supplier<CommitFault> faults) {
    this.database = database;
    this.faults = faults;
  }

  /// Whether its process has died.
  public boolean isDead() {
    return dead;
  }

  /// Ends its process: what is not committed is gone, and it does nothing any more.
  public void die() {
    dead = true;
    try {
      database.rollback();
    } catch (SQLException e) {
      throw new IllegalStateException("the database in memory failed", e);
    }
    lent.forEach(Link::close);
    lent.clear();
  }

  private void live() {
    if (dead) {
      throw new SimulatedCrash();
    }
  }

  @Override
  public Connection openWriter() {
    live();
    return database.lend(lent);
  }

  @Override
  public Connection openReader() {
    live();
    return database.lend(lent);
  }

  @Override
  public void begin(Connection connection) throws SQLException {
    live();
    database.begin();
  }

  @Override
  public void commit(Connection connection) throws SQLException {
    live();
    CommitFault fault = database.hasChanged() ? faults.get() : CommitFault.NONE;
    if (fault.commits()) {
      database.commit();
    } else {
      database.rollback();
    }
    if (fault.crashes()) {
      die();
      throw new SimulatedCrash();
    }
    if (fault != CommitFault.NONE) {
      throw new SQLException("the connection is gone", CONNECTION_LOST + "007");
    }
  }

  @Override
  public void rollback(Connection connection) throws SQLException {
    live();
    database.rollback();
  }

  @Override
  public Failure classify(SQLException e) {
    return e.getSQLState() != null && e.getSQLState().startsWith(CONNECTION_LOST)
        ? Failure.LOST
        : WORDS.classify(e);
  }

  @Override
  public boolean hasOneOwner() {
    return false;
  }

  @Override
  public ShardMap shards(Session session) {
    return ShardMap.ONE;
  }

  @Override
  public int writers() {
    return 1;
  }

  @Override
  public String insertIgnore() {
    return WORDS.insertIgnore();
  }

  @Override
  public String forShare() {
    return WORDS.forShare();
  }

  @Override
  public String forUpdate() {
    return WORDS.forUpdate();
  }

  @Override
  public String anyOf(List<String> columns, int tuples) {
    return WORDS.anyOf(columns, tuples);
  }

  @Override
  public String tableNamed() {
    return WORDS.tableNamed();
  }

  @Override
  public String tableOptions(boolean wide) {
    return WORDS.tableOptions(wide);
  }

  @Override
  public Tables tables() {
    return Tables.MADE_WHEN_OPENED;
  }
}
