package sotto.e2e.sim;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The network between machines: delays, cut links, dead peers. Messages of one call and direction
/// arrive in order or not at all; between calls there is no order.
final class Net {
  /// After how long a cut link or a paused peer is found out, as keepalive does.
  static final long NOTICED = 8 * Scheduler.SECOND;

  /// After how long connecting over a cut link or to a paused peer is given up.
  static final long CONNECT = 2 * Scheduler.SECOND;

  private final Scheduler scheduler;
  private final Random random;
  private final Map<String, Machine> machines = new HashMap<>();
  private final Map<Link, Integer> cuts = new HashMap<>();
  private final Set<Link> down = new HashSet<>();
  private long longestDelay = 2 * Scheduler.MILLI;
  private int cutNumber;
  private @Nullable Violation broken;

  /// From one machine to another, by name.
  record Link(String from, String to) {
    Link back() {
      return new Link(to, from);
    }
  }

  Net(Scheduler scheduler, Random random) {
    this.scheduler = scheduler;
    this.random = random;
  }

  Scheduler scheduler() {
    return scheduler;
  }

  /// A process has started under a name; one of that name before it is dead.
  void start(Machine machine) {
    machines.put(machine.name(), machine);
  }

  Optional<Machine> find(String name) {
    return Optional.ofNullable(machines.get(name)).filter(Machine::alive);
  }

  /// How long a message may take at most, microseconds.
  void delays(long longest) {
    longestDelay = longest;
  }

  long delay() {
    return 100 + random.nextLong(longestDelay);
  }

  /// Cuts the link between two, both ways: what is sent waits, and is lost when that is found out.
  void cut(String one, String other) {
    int number = ++cutNumber;
    cuts.put(new Link(one, other), number);
    cuts.put(new Link(other, one), number);
    scheduler.after(
        NOTICED,
        () -> {
          if (cuts.getOrDefault(new Link(one, other), 0) == number) {
            find(one).ifPresent(machine -> breakWires(machine, other));
            find(other).ifPresent(machine -> breakWires(machine, one));
          }
        });
  }

  private static void breakWires(Machine machine, String other) {
    machine.wires().stream().filter(wire -> wire.joins(other)).forEach(Wire::broken);
  }

  /// Mends a link.
  void mend(String one, String other) {
    cuts.remove(new Link(one, other));
    cuts.remove(new Link(other, one));
    for (var end : List.of(one, other)) {
      find(end)
          .ifPresent(machine ->
              machine.wires().stream()
                  .filter(wire -> wire.joins(end.equals(one) ? other : one))
                  .forEach(Wire::flush));
    }
  }

  /// Mends all links.
  void mendAll() {
    for (var link : List.copyOf(cuts.keySet())) {
      mend(link.from, link.to);
    }
  }

  /// Stops a machine; its peers find out as they do of a cut link.
  void pause(Machine machine) {
    machine.pause();
    scheduler.after(
        NOTICED,
        () -> {
          if (machine.alive() && machine.paused()) {
            machine.wires().forEach(Wire::broken);
          }
        });
  }

  /// Something is wrong that is found where an exception would be taken for the server's own.
  void violated(Violation violation) {
    if (broken == null) {
      broken = violation;
    }
  }

  /// Throws what was found wrong.
  void check() {
    if (broken != null) {
      throw broken;
    }
  }

  boolean isCut(Link link) {
    return cuts.containsKey(link);
  }

  /// Whether the last attempt over a link failed.
  boolean isDown(Link link) {
    return down.contains(link);
  }

  void failed(Link link) {
    down.add(link);
  }

  void succeeded(Link link) {
    down.remove(link);
  }

  /// The way from a machine to whoever has a name at the time of a call.
  Channel channel(Machine from, String to) {
    return new Channel() {
      @Override
      public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
        return new SimCall<>(Net.this, from, to, method, options);
      }

      @Override
      public String authority() {
        return to;
      }
    };
  }
}
