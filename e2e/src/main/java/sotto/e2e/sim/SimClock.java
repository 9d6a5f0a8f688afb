package sotto.e2e.sim;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/// Wall time of all machines: simulated time from a fixed day on.
final class SimClock extends Clock {
  static final long START = Instant.parse("2026-06-01T12:00:00Z").toEpochMilli();

  private final Scheduler scheduler;

  SimClock(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  @Override
  public long millis() {
    return START + scheduler.millis();
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis());
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
