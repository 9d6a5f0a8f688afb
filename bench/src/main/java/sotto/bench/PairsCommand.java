package sotto.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sotto.bench.measure.Latencies;
import sotto.bench.report.Plot;
import sotto.bench.report.Plot.Point;
import sotto.bench.report.Plot.Scale;

/// `pairs`: one-to-one messages.
@Command(
    name = "pairs",
    mixinStandardHelpOptions = true,
    description = {
      "One-to-one messages from N devices to N others, each device on a connection of its own.",
      "A message is accepted when it is durable, delivered when the recipient's device has it,"
          + " which acknowledges at once, so that it is deleted. In a mesh senders are at one relay"
          + " and recipients at the other."
    })
final class PairsCommand implements Callable<Integer> {
  // Saturated: less than this of the rate is accepted, or a message in a hundred takes a second.
  private static final double ENOUGH = 0.95;
  private static final double SLOW_MILLIS = 1_000;
  private static final double FASTER = 1.5;
  private static final int FIRST_RATE = 1_000;
  private static final int WARM_DEPTH = 4;

  @Mixin private final RunOptions run = new RunOptions();

  @Option(
      names = "--pairs",
      paramLabel = "N",
      defaultValue = "100",
      description = "Devices that send, and devices that receive (default: ${DEFAULT-VALUE}).")
  private int count = 100;

  @Option(
      names = "--rate",
      paramLabel = "N",
      split = ",",
      defaultValue = "1000",
      description = "Messages a second, one rate after the other (default: ${DEFAULT-VALUE}).")
  private List<Integer> rates = List.of();

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      split = ",",
      defaultValue = "1,8",
      description =
          "Messages that each sender has unanswered, one number after the other; 0 = only rates"
              + " (default: ${DEFAULT-VALUE}).")
  private List<Integer> depths = List.of();

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "10",
      description = "Of each figure (default: ${DEFAULT-VALUE}).")
  private int seconds = 10;

  @Option(
      names = "--sweep",
      description =
          "Then raise the rate by half again and again, until less than 95 %% of it is accepted or"
              + " one message in a hundred takes a second.")
  private boolean sweep;

  private final PairTables tables = new PairTables();

  @Override
  public Integer call() throws Exception {
    run.within("--pairs", count, 1, 10_000);
    run.within("--rate", rates, 1, 1_000_000);
    run.within("--in-flight", depths, 0, 32);
    run.within("--seconds", seconds, 1, 3_600);
    // An echo of the same has its own.
    run.connecting(count * (run.baselines() ? 4 : 2));
    return run.measure(this::measure);
  }

  private void measure(Bench bench) throws Exception {
    try (PairLoad load = PairLoad.plain(bench, count, run.bytes())) {
      if (run.warmUp() > 0) {
        Bench.say("warming up");
        var _ = load.closed(WARM_DEPTH, run.warmUp());
      }
      if (run.baselines()) {
        int depth = Math.max(1, depths.getLast());
        try (var baselines = new Baselines(bench, count, depth, rates.getFirst(), run.bytes())) {
          measure(bench, load, Optional.of(baselines));
          baselines.into(bench.report());
        }
      } else {
        measure(bench, load, Optional.empty());
      }
    }
  }

  private void measure(Bench bench, PairLoad load, Optional<Baselines> baselines) throws Exception {
    List<PairLoad.Outcome> last = new ArrayList<>();
    List<List<Point>> swept = new ArrayList<>();
    for (int trial = 1; trial <= run.trials(); trial++) {
      last.clear();
      for (int rate : rates) {
        last.add(load.steady(rate, seconds));
      }
      for (int depth : depths.stream().filter(d -> d > 0).toList()) {
        last.add(load.closed(depth, seconds));
      }
      int number = trial;
      last.forEach(outcome -> tables.add(number, outcome));
      if (baselines.isPresent()) {
        baselines.get().trial(trial);
        baselines.get().beside(last.getFirst(), last.getLast());
      }
      if (sweep) {
        swept.add(sweep(trial, load));
      }
    }
    tables.into(bench.report());
    bench.report().add("distribution", distribution(last));
    if (sweep) {
      bench.report().add("sweep", plot(swept));
    }
  }

  private List<Point> sweep(int trial, PairLoad load) throws IOException {
    List<Point> points = new ArrayList<>();
    for (double rate = FIRST_RATE; ; rate *= FASTER) {
      PairLoad.Outcome outcome = load.steady((int) rate, seconds);
      tables.add(trial, outcome);
      double p99 = outcome.flight().timesToDelivered.millis(99);
      points.add(new Point(rate, p99));
      if (outcome.acceptedPerSecond() < ENOUGH * rate || p99 > SLOW_MILLIS) {
        return points;
      }
    }
  }

  private static Plot plot(List<List<Point>> swept) {
    Plot plot =
        new Plot(
            "Delivered, 99 % within",
            new Scale("messages a second", true), new Scale("milliseconds", true));
    for (int i = 0; i < swept.size(); i++) {
      plot.line("trial " + (i + 1), swept.get(i));
    }
    return plot;
  }

  private static Plot distribution(List<PairLoad.Outcome> outcomes) {
    Plot plot =
        new Plot(
            "How long messages take, last trial",
            new Scale("nines: 1 = 90 %, 2 = 99 %, 3 = 99.9 % are faster", false),
            new Scale("milliseconds", true));
    for (PairLoad.Outcome outcome : outcomes) {
      plot.line(outcome.load() + ", accepted", points(outcome.flight().timesToAccepted));
      plot.line(outcome.load() + ", delivered", points(outcome.flight().timesToDelivered));
    }
    return plot;
  }

  private static List<Point> points(Latencies times) {
    return times.points().stream().map(p -> new Point(p.nines(), p.millis())).toList();
  }
}
