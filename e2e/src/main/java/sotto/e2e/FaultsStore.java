package sotto.e2e;

import static sotto.e2e.Pauses.pause;
import static sotto.e2e.Pauses.until;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import sotto.client.ServerAddress;

/// `make faults-store`: users write to each other through a real server on real storage, and the
/// storage dies in every way. In the end every message that was accepted is with its receiver,
/// once, in the order in which it was sent; or it says what is not, keeps the evidence, and exits
/// 1.
public final class FaultsStore implements Trial.Course {
  private final FaultsPlan plan;

  private FaultsStore(FaultsPlan plan) {
    this.plan = plan;
  }

  /// Runs and prints.
  ///
  /// @param arguments see [FaultsPlan#USE]
  public static void main(String[] arguments) throws IOException {
    FaultsPlan plan;
    if (List.of(arguments).contains("--help")) {
      System.out.print(FaultsPlan.USE);
      return;
    }
    try {
      plan = FaultsPlan.parse(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println("faults-store: " + e.getMessage() + "\n" + FaultsPlan.USE);
      System.exit(2);
      return;
    }
    System.exit(run(plan, Trial.standardOut()).good() ? 0 : 1);
  }

  /// Runs a plan to its end.
  static Trial.Outcome run(FaultsPlan plan, PrintStream out) throws IOException {
    return Trial.run("faults-store", plan.keep(), out, new FaultsStore(plan));
  }

  @Override
  public void run(Trial trial) {
    var checkout = Checkout.find();
    trial.say("bringing up the storage: %s".formatted(plan.profile().word()));
    var stack = trial.stack(checkout);
    var server = server(trial, checkout, stack.up(plan.profile().word()));
    register(trial, address(server));
    trial.crowd().calibrate(plan.rate(), plan.between());
    for (var fault : plan.faults()) {
      pause(plan.between());
      strike(trial, fault, stack, server);
    }
    pause(plan.between());
  }

  @Override
  public void report(Trial trial) {}

  private static ServerProcess server(Trial trial, Checkout checkout, String url) {
    Trial.migrate(checkout, url);
    var log = trial.evidence("server.log");
    var server =
        trial.opened(
            ServerProcess.start(
                checkout,
                trial.evidence("server"),
                process -> {
                  process.command().addAll(List.of("--store", url));
                  return process.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
                }));
    trial.log(log);
    // An interrupt ends it, too.
    Runtime.getRuntime().addShutdownHook(new Thread(server::close));
    trial.say("the server is up at " + server.address());
    return server;
  }

  private static ServerAddress address(ServerProcess server) {
    try {
      return ServerAddress.parse(server.address()).trusting(Files.readString(server.ca()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void register(Trial trial, ServerAddress server) {
    for (var pair = 1; pair <= plan.pairs(); pair++) {
      Correspondent.pair(server, pair, trial::evidence).forEach(trial::join);
    }
    for (var first : List.of(true, false)) {
      var writer = first ? "early" : "late";
      var sleeper = sleeper(trial, server, writer, first);
      trial.join(
          new Correspondent(
              server,
              /* name= */ writer,
              /* friend= */ sleeper.name(),
              trial.evidence(writer),
              false,
              sleeper.incoming(),
              sleeper.outgoing()));
      trial.join(sleeper);
    }
    trial.crowd().start();
  }

  /// One whose mailbox is on the shard that is asked for: an account's id decides, and nobody can
  /// choose it.
  private static Correspondent sleeper(
      Trial trial, ServerAddress server, String friend, boolean inFirstHalf) {
    for (var n = 1; ; n++) {
      var name = "sleeper.%s.%d".formatted(friend, n);
      var sleeper =
          new Correspondent(
              server,
              name,
              friend,
              trial.evidence(name),
              true,
              new OneWay(name),
              new OneWay(friend));
      if (sleeper.inFirstHalf() == inFirstHalf) {
        return sleeper;
      }
      sleeper.close();
    }
  }

  private void strike(Trial trial, StoreFault fault, Stack stack, ServerProcess server) {
    var at = LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS);
    trial.say("%s: %s".formatted(fault.word(), fault.sentence()));
    var crowd = trial.crowd();
    var begin = System.nanoTime();
    var reconnects = crowd.reconnects();
    var failed = crowd.sum(OneWay::failedCount);
    crowd.sleepers().forEach(Correspondent::away);
    fault.strike(stack, server, () -> pause(plan.outage()));
    var healthy = System.nanoTime();
    crowd.sleepers().forEach(sleeper -> sleeper.back(crowd::trouble));
    var _ = until(() -> crowd.stuck(healthy).isEmpty(), Trial.RECOVERY);
    var stall = crowd.longestGap(begin, System.nanoTime());
    crowd
        .stuck(healthy)
        .forEach(u ->
            trial.complain(
                "after %s nothing of %s is accepted any more".formatted(fault.word(), u.name())));
    trial.stalled(stall);
    trial.say(
        ("fault %-8s at %s: longest stall of a sender %d ms; healthy after %.1f s; %d reconnects, %d messages given up;"
                + " so far %,d accepted, %,d delivered, %d of them twice")
            .formatted(
                fault.word(),
                at,
                stall,
                (healthy - begin) / 1e9,
                crowd.reconnects() - reconnects,
                crowd.sum(OneWay::failedCount) - failed,
                crowd.sum(OneWay::acceptedCount),
                crowd.sum(OneWay::arrivedCount),
                crowd.sum(OneWay::arrivedAgainCount)));
  }
}
