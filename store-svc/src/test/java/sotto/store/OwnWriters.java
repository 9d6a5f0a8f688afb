package sotto.store;

import java.sql.SQLException;
import java.time.Duration;
import sotto.mesh.MonotonicClock;
import sotto.mesh.testing.HandClock;
import sotto.store.sql.Dialect;
import sotto.store.sql.Schema;
import sotto.store.sql.Session;
import sotto.store.write.OwnerName;
import sotto.store.write.Ownership;
import sotto.store.write.Pace;
import sotto.store.write.Peers;
import sotto.store.write.WriteMetrics;
import sotto.store.write.WriterSettings;
import sotto.store.write.Writers;

/// The writers of an owner that knows no others, without the service around them.
final class OwnWriters {
  private OwnWriters() {}

  /// Starts them.
  ///
  /// @param owner the owner's pod and start
  /// @param accounts how many accounts' states they keep
  static Writers start(Dialect dialect, OwnerName owner, int accounts) throws SQLException {
    Session session = new Session(dialect.openWriter(), dialect);
    new Schema(dialect).prepare(session);
    HandClock clock = new HandClock();
    MonotonicClock time = MonotonicClock.system();
    return Writers.start(
        session,
        new WriterSettings(
            dialect,
            new Ownership(owner, Peers.NONE, dialect, clock, time),
            Pace.threads(),
            accounts,
            clock,
            time,
            Duration.ofDays(1),
            WriteMetrics.NONE));
  }
}
