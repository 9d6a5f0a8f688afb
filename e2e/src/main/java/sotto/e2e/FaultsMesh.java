package sotto.e2e;

import static sotto.e2e.Pauses.pause;
import static sotto.e2e.Pauses.until;

import java.io.IOException;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// `make faults-mesh`: users write to each other through a mesh of real processes, and every few
/// seconds one of those is killed, frozen or cut off: at most one of each kind at a time. In the
/// end every message that was accepted is with its receiver, once, in the order in which it was
/// sent; or it says what is not, keeps the evidence, and exits 1.
public final class FaultsMesh implements Trial.Course {
  private static final int RELAYS = 3;
  private static final int PRESENCE = 2;
  private static final int STORES = 2;
  private static final int AT_ONCE = 4; // who register

  private static final List<MeshFault> FAULTS = List.of(MeshFault.values());

  private final MeshPlan plan;
  private final Set<String> struck = new HashSet<>(); // kinds; guarded by itself
  private Delays delays = new Delays(0);
  private Map<String, Long> before = Map.of();
  private Mesh mesh;

  @SuppressWarnings("NullAway.Init") // the mesh is there when the run begins
  private FaultsMesh(MeshPlan plan) {
    this.plan = plan;
  }

  /// Runs and prints.
  ///
  /// @param arguments see [MeshPlan#USE]
  public static void main(String[] arguments) throws IOException {
    MeshPlan plan;
    if (List.of(arguments).contains("--help")) {
      System.out.print(MeshPlan.USE);
      return;
    }
    try {
      plan = MeshPlan.parse(new SecureRandom().nextInt(1_000_000), arguments);
    } catch (IllegalArgumentException e) {
      System.err.println("faults-mesh: " + e.getMessage() + "\n" + MeshPlan.USE);
      System.exit(2);
      return;
    }
    System.exit(run(plan, Trial.standardOut()).good() ? 0 : 1);
  }

  /// Runs a plan to its end.
  static Trial.Outcome run(MeshPlan plan, PrintStream out) throws IOException {
    return Trial.run("faults-mesh", plan.keep(), out, new FaultsMesh(plan));
  }

  @Override
  public void run(Trial trial) {
    trial.say(
        "bringing up %d relays, %d presence, %d stores and blob over %s; seed %d"
            .formatted(RELAYS, PRESENCE, STORES, plan.profile().word(), plan.seed()));
    mesh =
        trial.opened(
            Mesh.up(trial.stack(Checkout.find()), plan.profile(), RELAYS, PRESENCE, STORES));
    mesh.logs().forEach(trial::log);
    register(trial);
    trial.crowd().calibrate(plan.rate(), plan.length());
    before = mesh.resident();
    delays = new Delays(System.nanoTime());
    fail(trial);
    pause(plan.every());
  }

  private void register(Trial trial) {
    var address = mesh.address();
    try (var registrars = Executors.newFixedThreadPool(AT_ONCE)) {
      var pairs = new ArrayList<Future<List<Correspondent>>>();
      for (var n = 1; n <= plan.pairs(); n++) {
        var number = n;
        pairs.add(registrars.submit(() -> Correspondent.pair(address, number, trial::evidence)));
      }
      for (var pair : pairs) {
        pair.get().forEach(trial::join);
      }
    } catch (ExecutionException | InterruptedException e) {
      throw new IllegalStateException("not everybody could register", e);
    }
    trial.crowd().start();
  }

  private void fail(Trial trial) {
    var random = new Random(plan.seed());
    var end = System.nanoTime() + plan.length().toNanos();
    try (var threads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
      var all = new ArrayList<Future<?>>();
      for (pause(plan.every()); System.nanoTime() < end; pause(plan.every())) {
        var whole = whole();
        if (!whole.isEmpty()) {
          var pod = whole.get(random.nextInt(whole.size()));
          var fault = FAULTS.get(random.nextInt(FAULTS.size()));
          mark(pod, true);
          all.add(threads.submit(() -> strike(trial, fault, pod)));
        }
      }
      for (var one : all) {
        one.get();
      }
    } catch (ExecutionException | InterruptedException e) {
      throw new IllegalStateException("a fault could not be made or healed", e);
    }
  }

  /// Those of whose kind all serve.
  private List<Mesh.Pod> whole() {
    synchronized (struck) {
      return mesh.pods().stream().filter(pod -> !struck.contains(pod.kind())).toList();
    }
  }

  private void mark(Mesh.Pod pod, boolean down) {
    synchronized (struck) {
      var _ = down ? struck.add(pod.kind()) : struck.remove(pod.kind());
    }
  }

  private void strike(Trial trial, MeshFault fault, Mesh.Pod pod) {
    var crowd = trial.crowd();
    var begin = System.nanoTime();
    var reconnects = crowd.reconnects();
    trial.say("%s is %s".formatted(pod.name(), fault.word()));
    fault.strike(mesh, pod);
    pause(fault == MeshFault.KILL ? plan.outage() : plan.frozen());
    fault.heal(mesh, pod);
    var healthy = System.nanoTime();
    var _ = until(() -> crowd.stuck(healthy).isEmpty(), Trial.RECOVERY);
    var end = System.nanoTime();
    mark(pod, false);
    crowd
        .stuck(healthy)
        .forEach(u ->
            trial.complain(
                "after %s was %s nothing of %s is accepted any more"
                    .formatted(pod.name(), fault.word(), u.name())));
    delays.fault(begin, end);
    var stall = crowd.longestWait(begin, end);
    trial.stalled(stall);
    trial.say(
        ("fault: %s %s for %.1f s, all go on after %.1f s more: longest stall %d ms; %d reconnects;"
                + " so far %,d accepted, %,d delivered, %d of them twice, %d given up")
            .formatted(
                pod.name(),
                fault.word(),
                (healthy - begin) / 1e9,
                (end - healthy) / 1e9,
                stall,
                crowd.reconnects() - reconnects,
                crowd.sum(OneWay::acceptedCount),
                crowd.sum(OneWay::arrivedCount),
                crowd.sum(OneWay::arrivedAgainCount),
                crowd.sum(OneWay::failedCount)));
  }

  @Override
  public void report(Trial trial) {
    var ways = trial.crowd().users().stream().map(Correspondent::outgoing).toList();
    delays.lines(ways).forEach(trial::say);
    mesh.resident()
        .forEach((pod, after) -> {
          var begin = before.getOrDefault(pod, 0L);
          trial.say(
              "%s has %d MB, had %d: %s"
                  .formatted(pod, after, begin, flat(begin, after) ? "flat" : "NOT flat"));
        });
  }

  /// Flat is: at most 1.3 times and 50 MB more.
  static boolean flat(long before, long after) {
    return after <= before * 13 / 10 + 50;
  }
}
