package sotto.standalone.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import sotto.mesh.Role;

/// Made-up answers for the page: a relay that works, a store that is down; each time one stream
/// more.
final class Statuses implements Supplier<Status> {
  static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

  private final AtomicInteger asked = new AtomicInteger();

  @Override
  public Status get() {
    var n = asked.incrementAndGet();
    return new Status(
        START.plusSeconds(5L * n),
        OptionalDouble.of(12.34),
        OptionalDouble.empty(),
        OptionalLong.of(n),
        List.of(new Status.Age("up to 1m", 3, 4096), new Status.Age("older", 1, 10)),
        Optional.of(Duration.ofHours(3)),
        List.of(
            new Status.Part(
                new Pod(Role.RELAY, "10.0.0.1:7711"),
                "sotto-relay-6c5f4c9d8b-<b>x</b>",
                "serving",
                "0.1.0",
                Optional.of(START),
                ""),
            new Status.Part(
                new Pod(Role.STORE, "store.example.org:7711"),
                "",
                "down",
                "",
                Optional.empty(),
                "is not reached: nothing listens there")));
  }
}
