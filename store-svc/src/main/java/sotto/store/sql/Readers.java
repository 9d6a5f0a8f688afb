package sotto.store.sql;

import io.grpc.StatusRuntimeException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sotto.proto.Statuses;

/// Sessions that only query, each lent to one call at a time. Safe for many threads.
public final class Readers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Readers.class);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final long WAIT_SECONDS = 10;

  private final Dialect dialect;
  private final BlockingQueue<Slot> free;
  private volatile boolean closed;

  /// The place of a session, which is opened when first needed and again after it was lost.
  private static final class Slot {
    Optional<Session> session = Optional.empty();
  }

  /// A question to the database.
  ///
  /// @param <T> its answer
  @FunctionalInterface
  public interface Query<T> {
    /// Asks.
    T ask(Session session) throws SQLException;
  }

  private Readers(Dialect dialect, BlockingQueue<Slot> free) {
    this.dialect = dialect;
    this.free = free;
  }

  /// Opens so many sessions.
  public static Readers open(Dialect dialect, int sessions) throws SQLException {
    BlockingQueue<Slot> free = new LinkedBlockingQueue<>();
    for (int i = 0; i < sessions; i++) {
      Slot slot = new Slot();
      slot.session = Optional.of(new Session(dialect.openReader(), dialect));
      free.add(slot);
    }
    return new Readers(dialect, free);
  }

  /// Asks on the next free session; the answer shows all that was committed before. A question
  /// whose connection is gone is asked once more on a new one.
  ///
  /// @throws io.grpc.StatusRuntimeException with [Reason#UNAVAILABLE] if the database fails or no
  ///   session is free within ten seconds
  public <T> T ask(Query<T> query) {
    Slot slot = borrow();
    try {
      return ask(slot, query, true);
    } catch (SQLException e) {
      LOG.error("a query failed; {}", StorageException.codes(e));
      throw unavailable();
    } finally {
      give(slot);
    }
  }

  private <T> T ask(Slot slot, Query<T> query, boolean again) throws SQLException {
    boolean old = slot.session.isPresent();
    if (!old) {
      slot.session = Optional.of(new Session(dialect.openReader(), dialect));
    }
    try {
      return query.ask(slot.session.get());
    } catch (SQLException e) {
      Failure failure = dialect.classify(e);
      if (failure == Failure.LOST) {
        close(slot);
      }
      if (again && (failure.passesAtOnce() || (failure == Failure.LOST && old))) {
        return ask(slot, query, false);
      }
      throw e;
    }
  }

  private Slot borrow() {
    try {
      Slot slot = free.poll(WAIT_SECONDS, TimeUnit.SECONDS);
      if (slot == null) {
        throw unavailable();
      }
      return slot;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable();
    }
  }

  private void give(Slot slot) {
    if (closed) {
      close(slot);
    }
    free.add(slot);
  }

  private static void close(Slot slot) {
    try {
      if (slot.session.isPresent()) {
        slot.session.get().close();
      }
    } catch (SQLException e) {
      LOG.debug("closing failed; {}", StorageException.codes(e));
    }
    slot.session = Optional.empty();
  }

  private static StatusRuntimeException unavailable() {
    return Statuses.unavailable("the database does not answer", RETRY_AFTER);
  }

  @Override
  public void close() {
    closed = true;
    free.forEach(Readers::close);
  }
}
