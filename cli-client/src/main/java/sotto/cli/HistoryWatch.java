package sotto.cli;

import java.time.Duration;
import sotto.client.Connection;
import sotto.client.EventStream;
import sotto.client.HistoryTransfer;
import sotto.client.Sotto;

/// Waits while history moves between two devices of the account, and shows how far it is. What has
/// not moved when nothing moves any more goes with the next command that connects.
final class HistoryWatch {
  private static final Duration SLICE = Duration.ofMillis(100);

  private HistoryWatch() {}

  /// Waits.
  ///
  /// @param patience how long nothing may move before it is left
  /// @return whether all has moved
  static boolean follow(Session session, Sotto sotto, Duration patience) {
    Deadline end = Deadline.in(patience);
    long before = -1;
    try (HistoryBar bar = new HistoryBar(session, "history");
        EventStream live = sotto.liveEvents()) {
      while (!end.over() && sotto.connection().state() == Connection.State.ONLINE) {
        HistoryTransfer now = sotto.history();
        long done = now.sent() + now.received();
        if (now.complete()) {
          return true;
        }
        if (done != before) {
          before = done;
          end = Deadline.in(patience);
          bar.show(done, now.toSend() + now.toReceive());
        }
        live.next(SLICE);
      }
    }
    return sotto.history().complete();
  }
}
