package sotto.store;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import sotto.store.sql.Dialect;
import sotto.store.sql.Failure;
import sotto.store.sql.Session;
import sotto.store.sql.ShardMap;

/// A database whose commits can be made to fail and, if it is SQLite, whose disk can be made full.
final class FaultyDialect implements Dialect {
  /// What goes wrong with commits.
  sealed interface Fault {}

  /// From the nth commit on the database is dead; that commit itself happens or not.
  record DiesAtCommit(int nth, boolean commits) implements Fault {}

  /// The next commit says that it failed; it happens or not.
  record NextCommitUnknown(boolean commits) implements Fault {}

  /// The next commit says that it failed; it happens when this opens, whoever has closed the
  /// connection meanwhile.
  record NextCommitLate(CountDownLatch until) implements Fault {}

  /// The next commit waits.
  ///
  /// @param reached opens when it does
  /// @param until it goes on when this opens
  record NextCommitWaits(CountDownLatch reached, CountDownLatch until) implements Fault {}

  private final Dialect real;
  private final AtomicReference<@Nullable Fault> fault = new AtomicReference<>();
  private final AtomicBoolean staleShards = new AtomicBoolean();
  private final AtomicInteger commits = new AtomicInteger();
  private volatile long maxPages; // 0 = no limit
  private volatile @Nullable Connection writer;

  /// The statements that writers have run, oldest first.
  final Queue<String> executed = new ConcurrentLinkedQueue<>();

  FaultyDialect(Dialect real) {
    this.real = real;
  }

  void inject(Fault wanted) {
    commits.set(0);
    fault.set(wanted);
  }

  /// Ends the fault.
  void heal() {
    fault.set(null);
  }

  /// Lets the file grow by so many pages and no more; a large number lets it grow again.
  void room(int pages) throws SQLException {
    try (Connection reader = real.openReader();
        Statement statement = reader.createStatement();
        var count = statement.executeQuery("PRAGMA page_count")) {
      count.next();
      maxPages = count.getLong(1) + pages;
    }
    Connection connection = writer;
    if (connection != null && !connection.isClosed()) {
      limit(connection);
    }
  }

  private void limit(Connection connection) throws SQLException {
    if (maxPages == 0) {
      return;
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA max_page_count = " + maxPages);
    }
  }

  @Override
  public Connection openWriter() throws SQLException {
    if (fault.get() instanceof DiesAtCommit(int nth, _) && commits.get() >= nth) {
      throw new SQLException("dead", "08000", 10);
    }
    Connection opened = Kept.proxy(real.openWriter(), executed::add);
    limit(opened);
    writer = opened;
    return opened;
  }

  @Override
  public Connection openReader() throws SQLException {
    return real.openReader();
  }

  @Override
  public void begin(Connection connection) throws SQLException {
    if (fault.get() instanceof DiesAtCommit(int nth, _) && commits.get() >= nth) {
      throw new SQLException("dead", "08000", 10);
    }
    real.begin(connection);
  }

  @Override
  public void commit(Connection connection) throws SQLException {
    int number = commits.incrementAndGet();
    switch (fault.get()) {
      case DiesAtCommit(int nth, boolean happens) when number >= nth -> {
        end(connection, happens && number == nth);
        throw new SQLException("dead", "08000", 10);
      }
      case NextCommitUnknown next when fault.compareAndSet(next, null) -> {
        end(connection, next.commits);
        throw new SQLException("outcome unknown", "08007", 10);
      }
      case NextCommitLate next when fault.compareAndSet(next, null) -> {
        Kept.of(connection).commitLater(real, next.until);
        throw new SQLException("outcome unknown", "08007", 10);
      }
      case NextCommitWaits next when fault.compareAndSet(next, null) -> {
        next.reached.countDown();
        await(next.until);
        real.commit(connection);
      }
      case null, default -> real.commit(connection);
    }
  }

  /// Waits without end.
  static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void end(Connection connection, boolean happens) throws SQLException {
    if (happens) {
      real.commit(connection);
    } else {
      real.rollback(connection);
    }
  }

  @Override
  public void rollback(Connection connection) throws SQLException {
    if (!connection.getAutoCommit()) {
      real.rollback(connection);
    }
  }

  @Override
  public int writers() {
    return real.writers();
  }

  @Override
  public String insertIgnore() {
    return real.insertIgnore();
  }

  @Override
  public String forShare() {
    return real.forShare();
  }

  @Override
  public String tableOptions(boolean wide) {
    return real.tableOptions(wide);
  }

  @Override
  public String forUpdate() {
    return real.forUpdate();
  }

  @Override
  public String anyOf(List<String> columns, int tuples) {
    return real.anyOf(columns, tuples);
  }

  @Override
  public String tableNamed() {
    return real.tableNamed();
  }

  @Override
  public Tables tables() {
    return real.tables();
  }

  @Override
  public boolean hasOneOwner() {
    return real.hasOneOwner();
  }

  @Override
  public ShardMap shards(Session session) throws SQLException {
    return staleShards.getAndSet(false) ? ShardMap.ONE : real.shards(session);
  }

  /// The map of shards will be wrong when it is read the next time.
  void staleShards() {
    staleShards.set(true);
  }

  @Override
  public Failure classify(SQLException e) {
    return real.classify(e);
  }

  /// A connection that stays open while it has to commit.
  private static final class Kept implements InvocationHandler {
    private final Connection connection;
    private final Consumer<String> executed;
    private volatile boolean late;

    private Kept(Connection connection, Consumer<String> executed) {
      this.connection = connection;
      this.executed = executed;
    }

    static Connection proxy(Connection connection, Consumer<String> executed) {
      return (Connection)
          Proxy.newProxyInstance(
              Kept.class.getClassLoader(),
              new Class<?>[] {Connection.class},
              new Kept(connection, executed));
    }

    private PreparedStatement told(PreparedStatement statement, String sql) {
      return (PreparedStatement)
          Proxy.newProxyInstance(
              Kept.class.getClassLoader(),
              new Class<?>[] {PreparedStatement.class},
              (_, method, arguments) -> {
                if (method.getName().startsWith("execute")) {
                  executed.accept(sql);
                }
                try {
                  return method.invoke(statement, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
    }

    static Kept of(Connection proxy) {
      return (Kept) Proxy.getInvocationHandler(proxy);
    }

    void commitLater(Dialect real, CountDownLatch until) {
      late = true;
      Thread.startVirtualThread(() -> {
        await(until);
        try (connection) {
          real.commit(connection);
        } catch (SQLException e) {
          throw new AssertionError("the late commit failed", e);
        }
      });
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
        throws Throwable {
      if (late) {
        if (method.getName().equals("close")) {
          return null;
        }
        throw new SQLException("gone", "08003");
      }
      try {
        @Nullable Object made = method.invoke(connection, arguments);
        return made instanceof PreparedStatement statement && arguments != null
            ? told(statement, (String) arguments[0])
            : made;
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }
  }
}
