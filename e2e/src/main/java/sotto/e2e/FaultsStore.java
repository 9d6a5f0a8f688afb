package sotto.e2e;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.ToIntFunction;

/// `make faults-store`: users write to each other through a real server on real storage, and the
/// storage dies in every way. In the end every message that was accepted is with its receiver,
/// once, in the order in which it was sent; or it says what is not, keeps the evidence, and exits
/// 1.
public final class FaultsStore implements AutoCloseable {
  private static final Duration MIGRATION = Duration.ofMinutes(1);
  private static final Duration RECOVERY = Duration.ofSeconds(90);
  private static final Duration DRAIN = Duration.ofMinutes(3);
  private static final Duration PROGRESS = Duration.ofSeconds(5);
  private static final Duration WARM_UP = Duration.ofSeconds(8);
  private static final Duration CALIBRATION = Duration.ofSeconds(6);
  private static final Duration GLANCE = Duration.ofMillis(50);
  // A second: a mailbox must hold what comes while its user is away.
  private static final double MOST_TO_SLEEPERS = 15;
  // Of what it bore: to fail over costs work too, and what was held up has to be caught up with.
  private static final double SHARE = 0.6;

  /// How a run ended.
  ///
  /// @param good whether nothing was lost, doubled, overtaken or given away
  /// @param lastLine what it printed last
  record Outcome(boolean good, String lastLine) {}

  private final FaultsPlan plan;
  private final Path evidence;
  private final PrintStream out;
  private final PrintStream copy;
  private final long started = System.nanoTime();
  private final List<AutoCloseable> open = new ArrayList<>();
  private final List<Correspondent> users = new ArrayList<>();
  private final List<String> complaints = new ArrayList<>();
  private final Queue<String> troubles = new ConcurrentLinkedQueue<>();
  private final Thread progress = Thread.ofPlatform().daemon().unstarted(this::tellProgress);
  private long longestStall;

  private FaultsStore(FaultsPlan plan, Path evidence, PrintStream out) throws IOException {
    this.plan = plan;
    this.evidence = evidence;
    this.out = out;
    this.copy = new PrintStream(evidence.resolve("run.log").toFile(), StandardCharsets.UTF_8);
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
    var utf8 = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.exit(run(plan, utf8).good() ? 0 : 1);
  }

  /// Runs a plan to its end.
  static Outcome run(FaultsPlan plan, PrintStream out) throws IOException {
    var evidence = Files.createTempDirectory("sotto-faults-store-");
    Outcome outcome;
    try (var run = new FaultsStore(plan, evidence, out)) {
      try {
        outcome = run.run();
      } catch (RuntimeException e) {
        run.say("the run broke off: " + e.getMessage());
        e.printStackTrace(run.copy);
        outcome = new Outcome(false, "");
      }
      if (plan.keep() || !outcome.good()) {
        run.say(
            "The logs of server, storage and this run, and the users' homes, are in " + evidence);
      }
    }
    if (outcome.good() && !plan.keep()) {
      remove(evidence);
    }
    if (!outcome.lastLine().isEmpty()) {
      out.println(outcome.lastLine());
    }
    return outcome;
  }

  private Outcome run() {
    var checkout = Checkout.find();
    say("bringing up the storage: %s".formatted(plan.profile().word()));
    // Beside the evidence, which other users may not enter: a database can run as another.
    var stack =
        new Stack(
            checkout,
            Path.of("/tmp/sotto-faults-" + ProcessHandle.current().pid()),
            evidence.resolve("stack.log"));
    open.addFirst(stack);
    open.addFirst(() -> keepLogs(stack));
    var server = server(checkout, stack.up(plan.profile().word()));
    register(server);
    progress.start();
    calibrate();
    for (var fault : plan.faults()) {
      undisturbed();
      strike(fault, stack, server);
    }
    undisturbed();
    drain();
    say("closing and opening all homes, and comparing their histories");
    progress.interrupt();
    var verdict = new Judge(users, complaints).judge(RECOVERY);
    verdict.complaint().ifPresent(complaints::add);
    complaints.addAll(verdict.examples());
    complaints.addAll(troubles);
    complaints.addAll(
        new ServerLog(evidence.resolve("server.log"))
            .complaints(users.stream().map(Correspondent::accountId).toList()));
    complaints.forEach(complaint -> say("WRONG: " + complaint));
    return new Outcome(
        complaints.isEmpty(),
        String.format(
            Locale.ROOT,
            "accepted=%d delivered=%d lost=%d duplicates=%d longest_stall_ms=%d",
            verdict.accepted(),
            verdict.delivered(),
            verdict.lost(),
            verdict.duplicates(),
            longestStall));
  }

  private ServerProcess server(Checkout checkout, String url) {
    migrate(checkout, url);
    var log = evidence.resolve("server.log").toFile();
    var server =
        ServerProcess.start(
            checkout,
            evidence.resolve("server"),
            process -> {
              process.command().addAll(List.of("--store", url));
              return process.redirectError(ProcessBuilder.Redirect.appendTo(log));
            });
    open.addFirst(server);
    // An interrupt ends it, too.
    Runtime.getRuntime().addShutdownHook(new Thread(server::close));
    say("the server is up at " + server.address());
    return server;
  }

  private static void migrate(Checkout checkout, String url) {
    try (var migrate = new Running("migrate", checkout.sotto("migrate", "--store", url))) {
      if (migrate.awaitEnd(MIGRATION) != 0) {
        throw new IllegalStateException("the database was not migrated: " + migrate.err());
      }
    }
  }

  private void register(ServerProcess server) {
    for (var pair = 1; pair <= plan.pairs(); pair++) {
      var left = "left" + pair;
      var right = "right" + pair;
      var there = new OneWay(left);
      var back = new OneWay(right);
      join(new Correspondent(server, left, right, home(left), false, there, back));
      join(new Correspondent(server, right, left, home(right), false, back, there));
    }
    for (var first : List.of(true, false)) {
      var writer = first ? "early" : "late";
      var sleeper = sleeper(server, writer, first);
      var there = sleeper.incoming();
      join(
          new Correspondent(
              server, writer, sleeper.name(), home(writer), false, there, sleeper.outgoing()));
      join(sleeper);
    }
    users.forEach(user -> user.start(this::trouble));
    say("%d users have registered".formatted(users.size()));
  }

  /// One whose mailbox is on the shard that is asked for: an account's id decides, and nobody can
  /// choose it.
  private Correspondent sleeper(ServerProcess server, String friend, boolean inFirstHalf) {
    for (var n = 1; ; n++) {
      var name = "sleeper.%s.%d".formatted(friend, n);
      var sleeper =
          new Correspondent(
              server, name, friend, home(name), true, new OneWay(name), new OneWay(friend));
      if (sleeper.inFirstHalf() == inFirstHalf) {
        return sleeper;
      }
      sleeper.close();
    }
  }

  private Path home(String name) {
    return evidence.resolve(name);
  }

  private void join(Correspondent user) {
    open.addFirst(user);
    users.add(user);
  }

  private void trouble(Thread thread, Throwable e) {
    troubles.add("%s: %s".formatted(thread.getName(), e));
    e.printStackTrace(copy);
  }

  private List<Correspondent> writers() {
    return users.stream().filter(u -> !u.sleeps()).toList();
  }

  private List<Correspondent> sleepers() {
    return users.stream().filter(Correspondent::sleeps).toList();
  }

  /// Finds out what the machine bears.
  private void calibrate() {
    rate(plan.rate());
    pause(shorter(WARM_UP, plan.between()));
    var before = sum(OneWay::acceptedCount);
    var begin = System.nanoTime();
    pause(shorter(CALIBRATION, plan.between()));
    var borne = (sum(OneWay::acceptedCount) - before) * 1e9 / (System.nanoTime() - begin);
    var rate = borne >= 0.95 * plan.rate() ? plan.rate() : Math.max(1, borne * SHARE);
    rate(0);
    if (!until(this::allArrived, DRAIN)) {
      throw new IllegalStateException("the messages of the calibration do not arrive");
    }
    rate(rate);
    say(
        "wished for %d messages a second, %.0f were accepted; goes on with %.0f"
            .formatted(plan.rate(), borne, rate));
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private void rate(double aSecond) {
    var each = aSecond / writers().size();
    for (var writer : writers()) {
      var toSleeper = sleepers().stream().anyMatch(s -> s.incoming() == writer.outgoing());
      writer.rate(toSleeper ? Math.min(each, MOST_TO_SLEEPERS) : each);
    }
  }

  private void strike(StoreFault fault, Stack stack, ServerProcess server) {
    var at = LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS);
    say("%s: %s".formatted(fault.word(), fault.sentence()));
    var begin = System.nanoTime();
    var reconnects = reconnects();
    var failed = sum(OneWay::failedCount);
    sleepers().forEach(Correspondent::away);
    fault.strike(stack, server, () -> pause(plan.outage()));
    var healthy = System.nanoTime();
    sleepers().forEach(sleeper -> sleeper.back(this::trouble));
    var _ = until(() -> stuck(healthy).isEmpty(), RECOVERY);
    var end = System.nanoTime();
    stuck(healthy)
        .forEach(u ->
            complaints.add(
                "after %s nothing of %s is accepted any more".formatted(fault.word(), u.name())));
    var stall =
        writers().stream().mapToLong(u -> u.outgoing().longestGap(begin, end)).max().orElse(0)
            / 1_000_000;
    longestStall = Math.max(longestStall, stall);
    say(
        ("fault %-8s at %s: longest stall of a sender %d ms; healthy after %.1f s; %d reconnects, %d messages given up;"
                + " so far %,d accepted, %,d delivered, %d of them twice")
            .formatted(
                fault.word(),
                at,
                stall,
                (healthy - begin) / 1e9,
                reconnects() - reconnects,
                sum(OneWay::failedCount) - failed,
                sum(OneWay::acceptedCount),
                sum(OneWay::arrivedCount),
                sum(OneWay::arrivedAgainCount)));
  }

  private int reconnects() {
    return writers().stream().mapToInt(Correspondent::reconnects).sum();
  }

  private List<Correspondent> stuck(long since) {
    return writers().stream().filter(u -> !u.outgoing().acceptedSince(since)).toList();
  }

  private void undisturbed() {
    pause(plan.between());
  }

  private void drain() {
    rate(0);
    say("nobody writes any more; waiting for what is under way");
    if (!until(this::allArrived, DRAIN)) {
      complaints.add(
          "of %d written messages %d were accepted and %d arrived, and no more came"
              .formatted(
                  sum(OneWay::written), sum(OneWay::acceptedCount), sum(OneWay::arrivedCount)));
    }
  }

  private boolean allArrived() {
    return users.stream()
        .map(Correspondent::outgoing)
        .allMatch(way ->
            way.acceptedCount() + way.failedCount() >= way.written()
                && way.arrivedCount() >= way.acceptedCount());
  }

  private int sum(ToIntFunction<OneWay> count) {
    return users.stream().map(Correspondent::outgoing).mapToInt(count).sum();
  }

  private void tellProgress() {
    var before = 0;
    while (!Thread.interrupted()) {
      LockSupport.parkNanos(PROGRESS.toNanos());
      var accepted = sum(OneWay::acceptedCount);
      say(
          "written %,d, accepted %,d (%d a second), arrived %,d"
              .formatted(
                  sum(OneWay::written),
                  accepted,
                  (accepted - before) / PROGRESS.toSeconds(),
                  sum(OneWay::arrivedCount)));
      before = accepted;
    }
  }

  private static boolean until(BooleanSupplier condition, Duration limit) {
    var end = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        return false;
      }
      pause(GLANCE);
    }
    return true;
  }

  private static void pause(Duration time) {
    var end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }

  private synchronized void say(String text) {
    var line = String.format(Locale.ROOT, "%6.1f s  %s", (System.nanoTime() - started) / 1e9, text);
    out.println(line);
    copy.println(line);
  }

  private void keepLogs(Stack stack) throws IOException {
    var kept = Files.createDirectories(evidence.resolve("storage"));
    try (var logs = Files.list(stack.folder().resolve("log"))) {
      for (var log : logs.toList()) {
        Files.copy(log, kept.resolve(log.getFileName().toString()));
      }
    }
  }

  private static void remove(Path folder) throws IOException {
    try (var walk = Files.walk(folder)) {
      for (var path : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  @Override
  public void close() {
    progress.interrupt();
    for (var each : open) {
      try {
        each.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (Exception e) {
        say("could not be closed: " + e.getMessage());
      }
    }
    copy.close();
  }
}
