package sotto.store;

import java.sql.SQLException;
import java.util.Optional;
import sotto.store.sql.Readers;
import sotto.store.sql.Session;
import sotto.store.sql.StorageException;
import sotto.store.write.Writers;

/// What a store has opened so far, closed in the right order however far it came.
final class Opened implements AutoCloseable {
  private final Runnable unlock;
  private Optional<Session> first = Optional.empty();
  private Optional<Readers> readers = Optional.empty();
  private Optional<Writers> writers = Optional.empty();

  /// @param unlock gives back the right to open it
  Opened(Runnable unlock) {
    this.unlock = unlock;
  }

  Session writing(Session session) {
    first = Optional.of(session);
    return session;
  }

  Readers reading(Readers opened) {
    readers = Optional.of(opened);
    return opened;
  }

  /// The writers have taken the first session over.
  Writers writing(Writers started) {
    writers = Optional.of(started);
    first = Optional.empty();
    return started;
  }

  /// The readers first: the last connection to close checkpoints, and only the writer may.
  @Override
  public void close() {
    try {
      readers.ifPresent(Readers::close);
      writers.ifPresent(Writers::close);
      closeFirst();
    } finally {
      unlock.run();
    }
  }

  private void closeFirst() {
    try {
      if (first.isPresent()) {
        first.get().close();
      }
    } catch (SQLException e) {
      throw new StorageException("closing failed", e);
    }
  }
}
