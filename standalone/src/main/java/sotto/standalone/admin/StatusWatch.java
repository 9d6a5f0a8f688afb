package sotto.standalone.admin;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Supplier;
import sotto.admin.v1.CountMailboxesResponse;
import sotto.admin.v1.DescribeRequest;
import sotto.admin.v1.DescribeResponse;
import sotto.admin.v1.MeasureRequest;
import sotto.admin.v1.MeasureResponse;
import sotto.admin.v1.Measured;
import sotto.admin.v1.ProcessAdminServiceGrpc;
import sotto.mesh.Role;

/// Asks a fleet how it is, at most every two seconds however many pages ask. Thread-safe: the fleet
/// is asked under its lock, which only those who wait for the same answer want.
final class StatusWatch implements Supplier<Status> {
  private static final Duration FRESH = Duration.ofSeconds(2);
  private static final String STREAMS = "sotto.relay.streams";
  private static final String SENDS = "sotto.relay.sends";
  private static final String DELIVERIES = "sotto.relay.deliveries";

  private final Fleet fleet;
  private final Clock clock;
  // Guarded by this.
  private Optional<Status> last = Optional.empty();
  private Map<Pod, Counts> before = Map.of();

  /// What a relay has counted at a moment.
  record Counts(Instant at, long sends, long deliveries) {}

  StatusWatch(Fleet fleet, Clock clock) {
    this.fleet = fleet;
    this.clock = clock;
  }

  @Override
  public synchronized Status get() {
    var now = clock.instant();
    if (last.isEmpty() || Duration.between(last.get().refreshed(), now).compareTo(FRESH) >= 0) {
      last = Optional.of(ask(now));
    }
    return last.get();
  }

  private Status ask(Instant now) {
    var parts =
        fleet
            .ask(
                fleet.roles(),
                ProcessAdminServiceGrpc::newBlockingStub,
                process -> process.describe(DescribeRequest.getDefaultInstance()))
            .stream()
            .map(StatusWatch::part)
            .toList();
    var counts = new HashMap<Pod, Counts>();
    var streams = OptionalLong.empty();
    for (var answer :
        fleet.ask(
            List.of(fleet.having(Role.RELAY)),
            ProcessAdminServiceGrpc::newBlockingStub,
            process -> process.measure(MeasureRequest.getDefaultInstance()))) {
      if (answer instanceof Answer.Got<MeasureResponse>(var pod, var some)) {
        counts.put(pod, new Counts(now, value(some, SENDS), value(some, DELIVERIES)));
        streams = OptionalLong.of(streams.orElse(0) + value(some, STREAMS));
      }
    }
    var counted = new ArrayList<CountMailboxesResponse>();
    for (var answer : Mailboxes.ask(fleet, false, fleet.timeout())) {
      if (answer instanceof Answer.Got<CountMailboxesResponse>(_, var some)) {
        counted.add(some);
      }
    }
    var earlier = before;
    before = counts;
    return new Status(
        now,
        rate(earlier, counts, true),
        rate(earlier, counts, false),
        streams,
        ages(counted),
        Mailboxes.oldest(counted)
            .map(at -> Duration.between(Instant.ofEpochMilli(at), now))
            .map(age -> age.isNegative() ? Duration.ZERO : age),
        parts);
  }

  private static Status.Part part(Answer<DescribeResponse> answer) {
    return switch (answer) {
      case Answer.Got<DescribeResponse>(var pod, var is) ->
          new Status.Part(
              pod,
              HealthCommand.name(is),
              HealthCommand.state(is),
              is.getVersion(),
              Optional.of(Instant.ofEpochMilli(is.getStartedAt())),
              String.join("; ", is.getTroublesList()));
      case Answer.Failed<DescribeResponse>(var pod, var why) ->
          new Status.Part(pod, "", "down", "", Optional.empty(), why);
    };
  }

  private static long value(MeasureResponse some, String metric) {
    return some.getMeasuredList().stream()
        .filter(m -> m.getMetric().equals(metric))
        .mapToLong(Measured::getValue)
        .sum();
  }

  /// A second, of the relays that were asked before too and have not begun anew since; absent if
  /// there are none.
  static OptionalDouble rate(Map<Pod, Counts> before, Map<Pod, Counts> now, boolean sends) {
    var sum = 0.0;
    var known = false;
    for (var one : now.entrySet()) {
      var then = before.get(one.getKey());
      if (then == null) {
        continue;
      }
      var more =
          sends ? one.getValue().sends - then.sends : one.getValue().deliveries - then.deliveries;
      var seconds = Duration.between(then.at, one.getValue().at).toMillis() / 1000.0;
      if (more >= 0 && seconds > 0) {
        known = true;
        sum += more / seconds;
      }
    }
    return known ? OptionalDouble.of(sum) : OptionalDouble.empty();
  }

  private static List<Status.Age> ages(List<CountMailboxesResponse> counted) {
    var ages = new ArrayList<Status.Age>();
    for (var i = 0; !counted.isEmpty() && i < counted.getFirst().getAgesCount(); i++) {
      var here = i;
      ages.add(
          new Status.Age(
              Mailboxes.age(counted.getFirst().getAges(i).getUpToMs()),
              counted.stream().mapToLong(c -> c.getAges(here).getEnvelopes()).sum(),
              counted.stream().mapToLong(c -> c.getAges(here).getBytes()).sum()));
    }
    return ages;
  }
}
