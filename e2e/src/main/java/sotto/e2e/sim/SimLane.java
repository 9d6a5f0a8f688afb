package sotto.e2e.sim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sotto.chain.AccountId;
import sotto.chat.v1.SendResult;

/// The sends of one stream to one account, as the protocol asks of a client (L1 to L3).
final class SimLane {
  private static final int MOST = 32;

  /// What a lane does to the world.
  interface Outlet {
    /// Sends a row; the result comes back to [SimLane#result].
    ///
    /// @return the frame's request number
    long send(AccountId to, Disk.Row row, int generation);

    /// The device list was another.
    void mismatched(AccountId to, Disk.Row row, SendResult result);

    /// There is no such account (any more).
    void unknown(AccountId to, Disk.Row row);

    /// Calls [SimLane#pump] later.
    void later(SimLane lane, long millis);
  }

  private final AccountId to;
  private final List<Disk.Row> rows;
  private final Outlet outlet;
  private final Map<Long, Disk.Row> inFlight = new LinkedHashMap<>();
  private final List<Disk.Row> flying = new ArrayList<>();
  private int generation = 1;
  private boolean settling;
  private boolean waits;
  private long waitMillis;

  SimLane(AccountId to, List<Disk.Row> rows, Outlet outlet) {
    this.to = to;
    this.rows = rows;
    this.outlet = outlet;
  }

  /// Sends what may leave.
  void pump() {
    if (settling && inFlight.isEmpty() && !waits) {
      waits = true;
      outlet.later(this, waitMillis);
    }
    if (settling) {
      return;
    }
    for (var row : List.copyOf(rows)) {
      if (inFlight.size() >= MOST) {
        return;
      }
      if (!flying.contains(row)) {
        flying.add(row);
        inFlight.put(outlet.send(to, row, generation), row);
      }
    }
  }

  /// The wait after a refusal is over.
  void goOn() {
    waits = false;
    settling = false;
    generation++;
    waitMillis = 0;
    pump();
  }

  /// One frame is answered.
  void result(SendResult result) {
    var row = inFlight.remove(result.getRequest());
    if (row == null) {
      throw new Violation("L1", "a frame was answered that was not sent, or twice");
    }
    flying.remove(row);
    switch (result.getOutcomeCase()) {
      case ACCEPTED -> rows.remove(row);
      case MISMATCHED_DEVICES -> {
        outlet.mismatched(to, row, result);
        settle(1);
      }
      case RETRY_IN_ORDER -> settle(1);
      case UNAVAILABLE -> settle(result.getUnavailable().getRetryAfterMs());
      case RATE_LIMITED -> settle(result.getRateLimited().getRetryAfterMs());
      case MAILBOX_FULL -> settle(1_000);
      case UNKNOWN_RECIPIENT -> {
        rows.remove(row);
        outlet.unknown(to, row);
      }
      case TOO_LARGE, INVALID, NOT_ADMITTED, OUTCOME_NOT_SET ->
          throw new Violation("L3", "refused for good: " + result.getOutcomeCase());
    }
    pump();
  }

  private void settle(long millis) {
    settling = true;
    waitMillis = Math.max(waitMillis, millis);
  }

  AccountId to() {
    return to;
  }
}
