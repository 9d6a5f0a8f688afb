package sotto.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sotto.bench.measure.Spent;
import sotto.bench.report.Ratio;
import sotto.bench.report.Table;
import sotto.bench.report.Table.Column;

/// `churn`: devices come and go, and others watch them.
@Command(
    name = "churn",
    mixinStandardHelpOptions = true,
    description = {
      "Devices come (TLS connection, token, welcome, publication) and go at a steady rate, watched by"
          + " others and, in turn, by nobody: how soon a change is seen, and what one costs with the"
          + " connection and without.",
      "In a mesh they come to one relay and watchers are at the other."
    })
final class ChurnCommand implements Callable<Integer> {
  private static final double KIB = 1 << 10;

  @Mixin private final RunOptions run = new RunOptions();

  @Option(
      names = "--devices",
      paramLabel = "N",
      defaultValue = "500",
      description = "That come and go, as many again unwatched (default: ${DEFAULT-VALUE}).")
  private int count = 500;

  @Option(
      names = "--watchers",
      paramLabel = "N",
      defaultValue = "20",
      description = "Each watches all devices (default: ${DEFAULT-VALUE}).")
  private int watchers = 20;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "100",
      description = "Changes a second; half come, half go (default: ${DEFAULT-VALUE}).")
  private int rate = 100;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "10",
      description = "Of each figure (default: ${DEFAULT-VALUE}).")
  private int seconds = 10;

  private final Table times =
      new Table(
          "How soon a change is seen",
          "Milliseconds from when a device was to begin to connect (TLS and welcome are in it) or to"
              + " go, until a watcher is told. *Not told* counts watchers and changes; of two changes"
              + " that follow closely only the newer may be told. *Late* are turns of devices that had"
              + " not come yet.",
          new Column("trial", 0),
          new Column("watchers", 0),
          new Column("changes", 0),
          new Column("online p50", 1),
          new Column("online p99", 1),
          new Column("offline p50", 1),
          new Column("offline p99", 1),
          new Column("told", 0),
          new Column("not told", 0),
          new Column("late", 0));
  private final Table spending =
      new Table(
          "What a change costs",
          "Of coming and going the mean: half of them have a TLS handshake, a token and a welcome.",
          new Column("trial", 0),
          new Column("watchers", 0),
          new Column("process", 0),
          new Column("processor µs", 1),
          new Column("allocated KiB", 1));
  private final List<Double> watched = new ArrayList<>();
  private final List<Double> unwatched = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    run.within("--devices", count, 1, 1_024);
    run.within("--watchers", watchers, 1, 10_000);
    run.within("--rate", rate, 1, 100_000);
    run.within("--seconds", seconds, 1, 3_600);
    return run.measure(this::measure);
  }

  private void measure(Bench bench) throws Exception {
    Bench.say("registering " + (2 * count + watchers) + " accounts");
    List<Person> people = bench.target().register(2 * count + watchers);
    List<Person> watching = people.subList(2 * count, people.size());
    try (Churn seen = new Churn(bench.target(), people.subList(0, count), watching);
        Churn unseen = new Churn(bench.target(), people.subList(count, 2 * count), List.of())) {
      bench.ping(seen::streams, seen::ping);
      bench.ping(unseen::streams, unseen::ping);
      if (run.warmUp() > 0) {
        var _ = seen.run(rate, rate * (run.warmUp() + 1) / 2);
        var _ = unseen.run(rate, rate * (run.warmUp() + 1) / 2);
      }
      for (int trial = 1; trial <= run.trials(); trial++) {
        boolean seenFirst = trial % 2 == 1;
        trial(bench, trial, seenFirst ? seen : unseen);
        trial(bench, trial, seenFirst ? unseen : seen);
      }
    }
    bench.report().add(times);
    if (watched.getFirst() > 0) {
      bench.report().add(compared());
    }
    bench.report().add(spending);
  }

  private void trial(Bench bench, int trial, Churn churn) throws Exception {
    Bench.Look before = bench.look();
    Churn.Seen seen = churn.run(rate, rate * seconds);
    Bench.Look spent = bench.since(before);
    int changes = seen.changes.get();
    times.row(
        trial,
        churn.watchers(),
        changes,
        seen.online.millis(50),
        seen.online.millis(99),
        seen.offline.millis(50),
        seen.offline.millis(99),
        seen.count(),
        (long) changes * churn.watchers() - seen.count(),
        seen.late.get());
    double servers = 0;
    for (Spent process : spent.spent()) {
      double micros = process.cpuNanos() / 1e3 / changes;
      spending.row(
          trial,
          churn.watchers(),
          process.process(),
          micros,
          process.allocated() == 0 ? Double.NaN : process.allocated() / KIB / changes);
      servers += micros;
    }
    servers -= spent.spent().getLast().cpuNanos() / 1e3 / changes; // that is the clients'
    (churn.watchers() > 0 ? watched : unwatched).add(servers);
    Bench.say(
        String.format(
            Locale.ROOT,
            "trial %d, %d watchers: online p50 %.1f ms, %.0f µs of the servers a change",
            trial,
            churn.watchers(),
            seen.online.millis(50),
            servers));
  }

  private Table compared() {
    double[] ours = watched.stream().mapToDouble(Double::doubleValue).toArray();
    double[] base = unwatched.stream().mapToDouble(Double::doubleValue).toArray();
    Ratio ratio = Ratio.of(ours, base);
    Table table =
        new Table(
            "Watched beside unwatched",
            "Processor µs of all servers for a change, medians of the trials, and the difference and"
                + " the ratio of each trial's own two figures.",
            new Column("watched", 1),
            new Column("unwatched", 1),
            new Column("for one watcher", 1),
            new Column("ratio", 3),
            new Column("lowest", 3),
            new Column("highest", 3));
    double[] more = new double[ours.length];
    for (int i = 0; i < more.length; i++) {
      more[i] = (ours[i] - base[i]) / watchers;
    }
    table.row(
        Ratio.median(ours),
        Ratio.median(base),
        Ratio.median(more),
        ratio.median(),
        ratio.low(),
        ratio.high());
    return table;
  }
}
