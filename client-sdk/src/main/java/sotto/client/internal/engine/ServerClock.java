package sotto.client.internal.engine;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.atomic.AtomicLong;

/// The time as the server has it: this machine's clock and an offset learned from the server.
public final class ServerClock extends Clock {
  private final Clock machine;
  private final AtomicLong offset = new AtomicLong();

  ServerClock(Clock machine) {
    this.machine = machine;
  }

  /// Learns the server's time.
  ///
  /// @return the offset, milliseconds
  long learn(long serverMillis) {
    long found = serverMillis - machine.millis();
    offset.set(found);
    return found;
  }

  void setOffset(long millis) {
    offset.set(millis);
  }

  @Override
  public long millis() {
    return machine.millis() + offset.get();
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis());
  }

  @Override
  public ZoneId getZone() {
    return machine.getZone();
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException();
  }
}
