package sotto.store.sql;

import io.grpc.StatusRuntimeException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// Sessions that only query, each lent to one call at a time. Safe for many threads.
public final class Readers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Readers.class);
  private static final long WAIT_SECONDS = 10;

  private final List<Session> all;
  private final BlockingQueue<Session> free;

  /// A question to the database.
  ///
  /// @param <T> its answer
  @FunctionalInterface
  public interface Query<T> {
    /// Asks.
    T ask(Session session) throws SQLException;
  }

  private Readers(List<Session> all) {
    this.all = all;
    this.free = new LinkedBlockingQueue<>(all);
  }

  /// Opens so many sessions.
  public static Readers open(Dialect dialect, int sessions) throws SQLException {
    List<Session> all = new ArrayList<>();
    for (int i = 0; i < sessions; i++) {
      all.add(new Session(dialect.openReader(), dialect));
    }
    return new Readers(all);
  }

  /// Asks on the next free session; the answer shows all that was committed before.
  ///
  /// @throws io.grpc.StatusRuntimeException with [Reason#UNAVAILABLE] if the database fails or no
  ///   session is free within ten seconds
  public <T> T ask(Query<T> query) {
    Session session = borrow();
    try {
      return query.ask(session);
    } catch (SQLException e) {
      LOG.error("a query failed; {}", StorageException.codes(e));
      throw unavailable();
    } finally {
      free.add(session);
    }
  }

  private Session borrow() {
    try {
      Session session = free.poll(WAIT_SECONDS, TimeUnit.SECONDS);
      if (session == null) {
        throw unavailable();
      }
      return session;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable();
    }
  }

  private static StatusRuntimeException unavailable() {
    return Statuses.of(Reason.UNAVAILABLE, "the database does not answer");
  }

  @Override
  public void close() throws SQLException {
    for (Session session : all) {
      session.close();
    }
  }
}
