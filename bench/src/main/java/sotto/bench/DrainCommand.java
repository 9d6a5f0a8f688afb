package sotto.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sotto.bench.measure.Spent;
import sotto.bench.report.Table;
import sotto.bench.report.Table.Column;

/// `drain`: devices that were away get what waits for them.
@Command(
    name = "drain",
    mixinStandardHelpOptions = true,
    description = {
      "N devices that were away come back at one moment, each to as many messages.",
      "Each acknowledges what comes at once, so that it is deleted. A device is done when the server"
          + " says that its mailbox is empty."
    })
final class DrainCommand implements Callable<Integer> {
  @Mixin private final RunOptions run = new RunOptions();

  @Option(
      names = "--recipients",
      paramLabel = "N",
      defaultValue = "100",
      description = "Devices that come back (default: ${DEFAULT-VALUE}).")
  private int recipients = 100;

  @Option(
      names = "--backlog",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Messages that wait for each (default: ${DEFAULT-VALUE}).")
  private int backlog = 1_000;

  private final Table times =
      new Table(
          "How fast what waited is got",
          "From the first connection until the last mailbox is empty, every message acknowledged.",
          new Column("trial", 0),
          new Column("devices", 0),
          new Column("messages", 0),
          new Column("seconds", 2),
          new Column("messages a second", 0),
          new Column("a second of a core of the servers", 0),
          new Column("came twice", 0));
  private final Table spending =
      new Table(
          "What a message of a backlog costs",
          "From the mailbox to its deletion; TLS, network and connecting included.",
          new Column("trial", 0),
          new Column("process", 0),
          new Column("processor µs", 1),
          new Column("allocated KiB", 2),
          new Column("written KiB", 2),
          new Column("commits a message", 4));

  @Override
  public Integer call() throws Exception {
    run.within("--recipients", recipients, 1, 10_000);
    run.within("--backlog", backlog, 1, 20_000);
    return run.measure(this::measure);
  }

  private void measure(Bench bench) throws Exception {
    Target target = bench.target();
    Bench.say("registering " + 2 * recipients + " accounts");
    List<Person> people = target.register(2 * recipients);
    List<Backlog> all = new ArrayList<>();
    for (int i = 0; i < recipients; i++) {
      all.add(new Backlog(target, people.get(2 * i), people.get(2 * i + 1), run.bytes()));
    }
    if (run.warmUp() > 0) {
      Bench.say("warming up");
      long end = System.nanoTime() + run.warmUp() * 1_000_000_000L;
      while (System.nanoTime() < end) {
        fill(all);
        var _ = Backlog.drain(all);
      }
    }
    for (int trial = 1; trial <= run.trials(); trial++) {
      fill(all);
      Bench.Look before = bench.look();
      Backlog.Drained drained = Backlog.drain(all);
      add(trial, drained, bench.since(before));
    }
    bench.report().add(times);
    bench.report().add(spending);
  }

  private void fill(List<Backlog> all) {
    all.stream().map(to -> to.fill(backlog)).toList().forEach(filled -> filled.join());
  }

  private void add(int trial, Backlog.Drained drained, Bench.Look spent) throws IOException {
    double messages = (double) recipients * backlog;
    double cores = 0;
    for (Spent process : spent.spent().subList(0, spent.spent().size() - 1)) {
      cores += process.cpuNanos() / 1e9;
    }
    times.row(
        trial,
        recipients,
        messages,
        drained.seconds(),
        messages / drained.seconds(),
        cores == 0 ? Double.NaN : messages / cores,
        drained.twice());
    for (Spent process : spent.spent()) {
      spending.row(
          trial,
          process.process(),
          process.cpuNanos() / 1e3 / messages,
          process.allocated() == 0 ? Double.NaN : process.allocated() / 1024.0 / messages,
          process.written() / 1024.0 / messages,
          process.commits() == 0 ? Double.NaN : process.commits() / messages);
    }
    Bench.say(
        String.format(
            Locale.ROOT, "trial %d: %,.0f messages in %.2f s", trial, messages, drained.seconds()));
  }
}
