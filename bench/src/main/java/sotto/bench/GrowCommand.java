package sotto.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sotto.bench.report.Ratio;
import sotto.bench.report.Table;
import sotto.bench.report.Table.Column;

/// `grow`: whether messages take longer or more when there is more of everything.
@Command(
    name = "grow",
    mixinStandardHelpOptions = true,
    description = {
      "One-to-one messages at one rate, beside more and more of what an installation has.",
      "First more pairs of devices share the rate, then others are connected and idle, then messages"
          + " wait in others' mailboxes; each step has all of those before it. Each is set beside the"
          + " first."
    })
final class GrowCommand implements Callable<Integer> {
  private static final int WARM_DEPTH = 4;
  private static final int MOST_PAIRS = 10_000;
  private static final int MOST_IDLE = 50_000;
  // A mailbox takes a quarter of its limit from one sender.
  private static final int IN_A_MAILBOX = 1_000;
  private static final int MOST_WAITING = 2_000_000;

  @Mixin private final RunOptions run = new RunOptions();

  @Option(
      names = "--pairs",
      paramLabel = "N",
      split = ",",
      defaultValue = "10,100,1000",
      description = "Devices that send, and as many that receive (default: ${DEFAULT-VALUE}).")
  private List<Integer> counts = List.of();

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Messages a second, of all pairs together (default: ${DEFAULT-VALUE}).")
  private int rate = 1_000;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "10",
      description = "Of each figure (default: ${DEFAULT-VALUE}).")
  private int seconds = 10;

  @Option(
      names = "--idle",
      paramLabel = "N",
      split = ",",
      defaultValue = "10000",
      description = "Devices that are connected and idle; 0 = none (default: ${DEFAULT-VALUE}).")
  private List<Integer> idles = List.of();

  @Option(
      names = "--waiting",
      paramLabel = "N",
      split = ",",
      defaultValue = "100000",
      description =
          "Messages that wait for devices that are away, a thousand for each in the end; 0 = none"
              + " (default: ${DEFAULT-VALUE}).")
  private List<Integer> waitings = List.of();

  private final PairTables tables = new PairTables();
  private final Table beside =
      new Table(
          "Beside more",
          "Medians of the trials, and how many times the first line's they are. Milliseconds; what"
              + " the servers spend is µs of processor time a message.",
          new Column("beside", 0),
          new Column("accepted p50", 2),
          new Column("accepted p50, times", 2),
          new Column("accepted p99", 2),
          new Column("accepted p99, times", 2),
          new Column("delivered p99", 2),
          new Column("delivered p99, times", 2),
          new Column("servers µs", 0),
          new Column("servers µs, times", 2));

  private final List<PairLoad.Outcome> first = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    run.within("--pairs", counts, 1, MOST_PAIRS);
    run.within("--rate", rate, 1, 1_000_000);
    run.within("--seconds", seconds, 1, 3_600);
    run.within("--idle", idles, 0, MOST_IDLE);
    run.within("--waiting", waitings, 0, MOST_WAITING);
    run.rising("--pairs", counts);
    run.rising("--idle", idles);
    run.rising("--waiting", waitings);
    run.connecting(2 * counts.getLast() + idles.getLast());
    return run.measure(this::measure);
  }

  private void measure(Bench bench) throws Exception {
    List<Crowd> crowds = new ArrayList<>();
    try (PairLoad load = new PairLoad(bench)) {
      for (int count : counts) {
        load.openPlain(count, run.bytes());
        if (first.isEmpty() && run.warmUp() > 0) {
          Bench.say("warming up");
          var _ = load.closed(WARM_DEPTH, run.warmUp());
        }
        step(load, "%,d pairs".formatted(count));
      }
      int connected = 0;
      for (int idle : idles) {
        if (idle > connected) {
          crowds.add(connect(bench, idle - connected));
          connected = idle;
          step(load, "%,d idle".formatted(idle));
        }
      }
      fill(bench, load);
    } finally {
      crowds.forEach(Crowd::close);
    }
    bench.report().add(beside);
    tables.into(bench.report());
  }

  private static Crowd connect(Bench bench, int count) throws InterruptedException {
    Bench.say("registering and connecting " + count + " accounts");
    Crowd crowd = new Crowd(bench.target(), bench.target().register(count));
    bench.ping(crowd::size, crowd::ping);
    var _ = crowd.gather(0);
    return crowd;
  }

  private void fill(Bench bench, PairLoad load) throws IOException {
    if (waitings.getLast() == 0) {
      return;
    }
    int count = Math.ceilDiv(waitings.getLast(), IN_A_MAILBOX);
    List<Person> people = bench.target().register(2 * count);
    List<Backlog> mailboxes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Person from = people.get(2 * i);
      mailboxes.add(new Backlog(bench.target(), from, people.get(2 * i + 1), run.bytes()));
    }
    int there = 0;
    for (int waiting : waitings) {
      int each = Math.ceilDiv(waiting, count) - there;
      if (each > 0) {
        Bench.say("sending " + each * count + " messages to who is away");
        mailboxes.stream().map(to -> to.fill(each)).toList().forEach(filled -> filled.join());
        there += each;
        step(load, "%,d waiting".formatted(there * count));
      }
    }
  }

  private void step(PairLoad load, String what) throws IOException {
    List<PairLoad.Outcome> outcomes = new ArrayList<>();
    for (int trial = 1; trial <= run.trials(); trial++) {
      PairLoad.Outcome outcome = load.steady(rate, seconds);
      tables.add(trial, what + ", ", outcome);
      outcomes.add(outcome);
    }
    if (first.isEmpty()) {
      first.addAll(outcomes);
    }
    List<Object> row = new ArrayList<>(List.of(what));
    compare(row, outcomes, o -> o.flight().timesToAccepted.millis(50));
    compare(row, outcomes, o -> o.flight().timesToAccepted.millis(99));
    compare(row, outcomes, o -> o.flight().timesToDelivered.millis(99));
    compare(row, outcomes, PairLoad.Outcome::serverMicros);
    beside.row(row.toArray());
    Bench.say(
        String.format(
            Locale.ROOT,
            "beside %s: servers %.0f µs a message",
            what,
            median(outcomes, PairLoad.Outcome::serverMicros)));
  }

  private void compare(
      List<Object> row,
      List<PairLoad.Outcome> outcomes,
      ToDoubleFunction<PairLoad.Outcome> figure) {
    double now = median(outcomes, figure);
    row.add(now);
    row.add(now / median(first, figure));
  }

  private static double median(
      List<PairLoad.Outcome> outcomes, ToDoubleFunction<PairLoad.Outcome> figure) {
    return Ratio.median(outcomes.stream().mapToDouble(figure).toArray());
  }
}
