package sotto.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sotto.bench.measure.Handshakes;
import sotto.bench.measure.Latencies;
import sotto.bench.measure.Spent;
import sotto.bench.report.Plot;
import sotto.bench.report.Plot.Point;
import sotto.bench.report.Plot.Scale;
import sotto.bench.report.Table;
import sotto.bench.report.Table.Column;

/// `storm`: all clients lose their connections at one moment and come back.
@Command(
    name = "storm",
    mixinStandardHelpOptions = true,
    description = {
      "N devices, each on a TLS connection of its own, lose it at one moment and come back.",
      "Each waits as the SDK does (a random part of a quarter of a second, twice as much after each"
          + " refusal, and what the server asks for) and is back with its welcome. Times count from"
          + " the loss. In a mesh they come back to the other relay."
    })
final class StormCommand implements Callable<Integer> {
  private static final int MOST = 100_000;
  private static final int CALM_SECONDS = 3;

  @Mixin private final RunOptions run = new RunOptions();

  @Option(
      names = "--clients",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Devices (default: ${DEFAULT-VALUE}).")
  private int clients = 10_000;

  private final Table times =
      new Table(
          "How long they are away",
          "Seconds from the loss to the welcome. *Refused* counts attempts that came to nothing;"
              + " *most* is those of one client. *Resumed* is the share of the TLS handshakes that"
              + " went on with a session which some client had.",
          new Column("trial", 0),
          new Column("clients", 0),
          new Column("half back", 2),
          new Column("99 % back", 2),
          new Column("all back", 2),
          new Column("back a second", 0),
          new Column("refused", 0),
          new Column("most", 0),
          new Column("resumed, %", 1));
  private final Table spending =
      new Table(
          "What a client that comes back costs",
          "Processor µs with TLS, token, routes and welcome; the end of the old connection too.",
          new Column("trial", 0),
          new Column("process", 0),
          new Column("processor µs", 1),
          new Column("allocated KiB", 1));

  @Override
  public Integer call() throws Exception {
    run.within("--clients", clients, 1, MOST);
    run.connecting(clients);
    return run.measure(this::measure);
  }

  private void measure(Bench bench) throws Exception {
    Bench.say("registering " + clients + " accounts");
    List<Person> people = bench.target().register(clients);
    Plot plot =
        new Plot(
            "Clients that are back",
            new Scale("seconds after the loss", false),
            new Scale("percent", false));
    try (Crowd crowd = new Crowd(bench.target(), people)) {
      bench.ping(crowd::size, crowd::ping);
      Bench.say("connecting them");
      var _ = crowd.gather(0);
      for (int trial = 1; trial <= run.trials(); trial++) {
        Thread.sleep(CALM_SECONDS * 1_000L);
        Bench.Look before = bench.look();
        Handshakes.Count handshakes = bench.target().handshakes().count();
        crowd.lose();
        Crowd.Gathering back = crowd.gather(trial);
        add(
            trial,
            back,
            bench.target().handshakes().count().since(handshakes),
            bench.since(before));
        plot.line("trial " + trial, points(back.times()));
      }
    }
    bench.report().add(times);
    bench.report().add(spending);
    bench.report().add("back", plot);
  }

  private void add(int trial, Crowd.Gathering back, Handshakes.Count handshakes, Bench.Look spent) {
    Latencies away = back.times();
    double all = away.millis(100) / 1e3;
    times.row(
        trial,
        clients,
        away.millis(50) / 1e3,
        away.millis(99) / 1e3,
        all,
        clients / all,
        back.refused(),
        back.mostRefused(),
        100.0 * handshakes.resumed() / handshakes.all());
    for (Spent process : spent.spent()) {
      spending.row(
          trial,
          process.process(),
          process.cpuNanos() / 1e3 / clients,
          process.allocated() == 0 ? Double.NaN : process.allocated() / 1024.0 / clients);
    }
    Bench.say(
        String.format(
            Locale.ROOT,
            "trial %d: all back after %.2f s, %d refusals",
            trial,
            all,
            back.refused()));
  }

  private static List<Point> points(Latencies times) {
    List<Point> points = new ArrayList<>();
    for (int percent = 0; percent <= 100; percent++) {
      points.add(new Point(times.millis(percent) / 1e3, percent));
    }
    return points;
  }
}
