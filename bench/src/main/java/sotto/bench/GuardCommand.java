package sotto.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sotto.bench.measure.Spent;
import sotto.bench.report.Costs;
import sotto.bench.report.Ratio;
import sotto.bench.report.Table;
import sotto.bench.report.Table.Column;

/// `guard`: whether the cheap scenarios cost much more than they did.
@Command(
    name = "guard",
    mixinStandardHelpOptions = true,
    description = {
      "Compares what a message, one of a backlog and a client that comes back cost the server with"
          + " what was recorded, and ends with 3 if one costs much more.",
      "Processor time is given in echoes of the same bytes in the same run, allocation in KiB:"
          + " neither depends much on the machine. Times are not looked at."
    })
final class GuardCommand implements Callable<Integer> {
  private static final int WORSE = 3;
  // Of one build on one machine, trials are up to four times apart in processor time, and a fifth
  // in allocation.
  private static final double PROCESSOR = 4;
  private static final double ALLOCATION = 1.6;
  private static final String MESSAGE = "a message";
  private static final String WAITED = "a message of a backlog";
  private static final String BACK = "a client that comes back";
  private static final int PAIRS = 20;
  private static final int DEPTH = 8;
  private static final int SECONDS = 4;
  private static final int BACKLOG = 500;
  private static final int CLIENTS = 300;

  @Mixin private final RunOptions run = new RunOptions();

  @Option(
      names = "--recorded",
      paramLabel = "FILE",
      description = "What was recorded (default: bench/costs.json).")
  private Optional<Path> file = Optional.empty();

  @Option(names = "--record", description = "Record what it costs now; compare nothing.")
  private boolean record;

  private final Map<String, List<Double>> found = new LinkedHashMap<>();
  private boolean worse;

  @Override
  public Integer call() throws Exception {
    run.within("--trials", run.trials(), 1, 100);
    Path recorded = file.orElseGet(() -> Checkout.root().resolve("bench/costs.json"));
    if (!record && !Files.isReadable(recorded)) {
      throw new CannotMeasure(recorded + " cannot be read; --record makes it");
    }
    int status = run.measure(bench -> measure(bench, recorded));
    return worse ? WORSE : status;
  }

  private void measure(Bench bench, Path recorded) throws Exception {
    Target target = bench.target();
    List<Backlog> backlogs = new ArrayList<>();
    List<Person> people = target.register(2 * PAIRS);
    for (int i = 0; i < PAIRS; i++) {
      backlogs.add(new Backlog(target, people.get(2 * i), people.get(2 * i + 1), run.bytes()));
    }
    try (var load = PairLoad.plain(bench, PAIRS, run.bytes());
        var crowd = new Crowd(target, target.register(CLIENTS));
        var echo = EchoUnderTest.start(bench.folder(), PAIRS, run.bytes())) {
      Bench.say("warming up");
      var _ = crowd.gather(0);
      long end = System.nanoTime() + run.warmUp() * 1_000_000_000L;
      do {
        trial(bench, load, backlogs, crowd, echo);
      } while (System.nanoTime() < end);
      found.clear();
      for (int trial = 1; trial <= run.trials(); trial++) {
        Bench.say("trial " + trial);
        trial(bench, load, backlogs, crowd, echo);
      }
    }
    conclude(bench, recorded);
  }

  private void trial(
      Bench bench, PairLoad load, List<Backlog> backlogs, Crowd crowd, EchoUnderTest echo)
      throws Exception {
    double unit = echo.closed(DEPTH, SECONDS).serverMicros();
    PairLoad.Outcome pairs = load.closed(DEPTH, SECONDS);
    add(MESSAGE, pairs.spent(), pairs.flight().accepted.get(), unit);

    backlogs.stream().map(to -> to.fill(BACKLOG)).toList().forEach(filled -> filled.join());
    Bench.Look before = bench.look();
    var _ = Backlog.drain(backlogs);
    add(WAITED, bench.since(before), (double) PAIRS * BACKLOG, unit);

    before = bench.look();
    crowd.lose();
    var _ = crowd.gather(0);
    add(BACK, bench.since(before), CLIENTS, unit);
  }

  private void add(String what, Bench.Look look, double count, double echoMicros) {
    List<Spent> servers = look.spent().subList(0, look.spent().size() - 1);
    if (servers.isEmpty()) {
      throw new CannotMeasure("what a server elsewhere spends is not seen from here");
    }
    long nanos = servers.stream().mapToLong(Spent::cpuNanos).sum();
    long allocated = servers.stream().mapToLong(Spent::allocated).sum();
    add(processor(what), nanos / 1e3 / count / echoMicros);
    add(allocation(what), allocated / 1024.0 / count);
  }

  private void add(String name, double figure) {
    found.computeIfAbsent(name, _ -> new ArrayList<>()).add(figure);
  }

  private static String processor(String what) {
    return what + ": processor time, in echoes";
  }

  private static String allocation(String what) {
    return what + ": allocation, KiB";
  }

  private static Map<String, Double> allowed() {
    Map<String, Double> allowed = new TreeMap<>();
    for (String what : List.of(MESSAGE, WAITED, BACK)) {
      allowed.put(processor(what), PROCESSOR);
      allowed.put(allocation(what), ALLOCATION);
    }
    return allowed;
  }

  private void conclude(Bench bench, Path recorded) throws IOException {
    Map<String, Double> medians = new TreeMap<>();
    found.forEach((name, figures) ->
        medians.put(
            name, Ratio.median(figures.stream().mapToDouble(Double::doubleValue).toArray())));
    Costs now = new Costs(medians);
    if (record) {
      now.write(recorded);
      Bench.say("recorded in " + recorded);
    }
    Table table =
        new Table(
            "What the server spends beside what was recorded",
            "Medians of the trials.",
            new Column("what", 0),
            new Column("recorded", 2),
            new Column("now", 2),
            new Column("times as much", 2),
            new Column("allowed", 1),
            new Column("lowest", 2),
            new Column("highest", 2));
    for (Costs.Beside cost : now.beside(Costs.read(recorded), allowed())) {
      List<Double> trials = found.getOrDefault(cost.name(), List.of());
      table.row(
          cost.name(),
          cost.recorded().orElse(Double.NaN),
          cost.now(),
          cost.times(),
          cost.allowed(),
          trials.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN),
          trials.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN));
      if (cost.worse()) {
        worse = true;
        bench
            .report()
            .finding(
                "%s is %.1f times what was recorded; %.1f times is allowed"
                    .formatted(cost.name(), cost.times(), cost.allowed()));
      }
    }
    bench.report().add(table);
  }
}
