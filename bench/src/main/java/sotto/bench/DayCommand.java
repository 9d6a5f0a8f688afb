package sotto.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sotto.bench.measure.Latencies;
import sotto.bench.measure.Schedule;
import sotto.bench.measure.Spent;
import sotto.bench.report.Table;
import sotto.bench.report.Table.Column;

/// `day`: what people do in a day, faster.
@Command(
    name = "day",
    mixinStandardHelpOptions = true,
    description = {
      "N connected people in pairs write to each other: typing before each message, a receipt that it"
          + " came, one for every second that it was read, and connections that are lost and made"
          + " anew. At an even rate, and at a peak.",
      "Says what a user's day of messages costs the servers."
    })
final class DayCommand implements Callable<Integer> {
  private static final long PATIENCE = 30_000_000_000L;

  @Mixin private final RunOptions run = new RunOptions();

  @Option(
      names = "--users",
      paramLabel = "N",
      defaultValue = "1000",
      description = "People, connected all the time but for a moment (default: ${DEFAULT-VALUE}).")
  private int users = 1_000;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "200",
      description = "Messages a second of all together (default: ${DEFAULT-VALUE}).")
  private int rate = 200;

  @Option(
      names = "--peak",
      paramLabel = "N",
      defaultValue = "3",
      description = "How many times as many at the peak (default: ${DEFAULT-VALUE}).")
  private int peak = 3;

  @Option(
      names = "--messages",
      paramLabel = "N",
      defaultValue = "40",
      description = "Messages of a user a day (default: ${DEFAULT-VALUE}).")
  private int messages = 40;

  @Option(
      names = "--reconnects",
      paramLabel = "N",
      defaultValue = "10",
      description = "How often a user's connection is lost a day (default: ${DEFAULT-VALUE}).")
  private int reconnects = 10;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "20",
      description = "Of each rate (default: ${DEFAULT-VALUE}).")
  private int seconds = 20;

  private final PairTables tables = new PairTables();
  private final Table day =
      new Table(
          "A user's day",
          "Of as many messages and lost connections as asked for, with typing and receipts."
              + " *Processor* is that of all servers.",
          new Column("trial", 0),
          new Column("load", 0),
          new Column("processor ms a day", 1),
          new Column("receipts a message", 2),
          new Column("reconnected", 0),
          new Column("away ms p50", 1),
          new Column("away ms p99", 1));

  @Override
  public Integer call() throws Exception {
    run.within("--users", users, 2, 50_000);
    run.within("--rate", rate, 1, 100_000);
    run.within("--peak", peak, 1, 100);
    run.within("--messages", messages, 1, 100_000);
    run.within("--reconnects", reconnects, 0, 100_000);
    run.within("--seconds", seconds, 1, 3_600);
    run.connecting(users);
    return run.measure(this::measure);
  }

  private void measure(Bench bench) throws Exception {
    int even = users / 2 * 2;
    Bench.say("registering " + even + " accounts");
    List<Person> people = bench.target().register(even);
    Latencies away = new Latencies();
    List<DayUser> all = new ArrayList<>();
    for (int i = 0; i < even; i++) {
      Person contact = people.get(i ^ 1);
      all.add(new DayUser(bench.target(), people.get(i), contact, i & 1, run.bytes(), away));
    }
    try {
      all.forEach(DayUser::reconnect);
      await(all, DayUser::connected);
      bench.ping(all::size, i -> all.get(i).ping());
      if (run.warmUp() > 0) {
        Bench.say("warming up");
        var _ = load(bench, all, rate, run.warmUp());
      }
      for (int trial = 1; trial <= run.trials(); trial++) {
        trial(bench, trial, all, rate, away);
        if (peak > 1) {
          trial(bench, trial, all, rate * peak, away);
        }
      }
    } finally {
      all.forEach(DayUser::close);
    }
    tables.into(bench.report());
    bench.report().add(day);
  }

  private void trial(Bench bench, int trial, List<DayUser> all, int perSecond, Latencies away)
      throws IOException {
    away.clear();
    PairLoad.Outcome outcome = load(bench, all, perSecond, seconds);
    tables.add(trial, outcome);
    List<Spent> spent = outcome.spent().spent();
    double nanos = 0;
    for (Spent process : spent.subList(0, spent.size() - 1)) {
      nanos += process.cpuNanos();
    }
    double days = (double) outcome.flight().accepted.get() / messages;
    day.row(
        trial,
        outcome.load(),
        nanos == 0 ? Double.NaN : nanos / 1e6 / days,
        all.stream().mapToLong(DayUser::receipts).sum() / (double) outcome.flight().accepted.get(),
        away.count(),
        away.millis(50),
        away.millis(99));
  }

  private PairLoad.Outcome load(Bench bench, List<DayUser> all, int perSecond, int duration)
      throws IOException {
    int count = Math.multiplyExact(perSecond, duration);
    long first = PairLoad.numbers(count);
    Flight flight = new Flight(first, count);
    all.forEach(user -> user.measure(flight));
    Bench.Look before = bench.look();
    double lost = (double) reconnects / messages;
    var random = ThreadLocalRandom.current();
    var schedule = new Schedule(System.nanoTime(), perSecond, count);
    schedule.run((i, intended) -> {
      flight.meant(first + i, intended);
      all.get(random.nextInt(all.size())).write(first + i);
      if (random.nextDouble() < lost) {
        all.get(random.nextInt(all.size())).reconnect();
      }
    });
    int accepted = flight.accepted.get();
    await(all, DayUser::idle);
    return new PairLoad.Outcome(
        "%,d a second".formatted(perSecond),
        count,
        accepted / (double) duration,
        flight,
        bench.since(before));
  }

  private static void await(List<DayUser> all, Predicate<DayUser> condition) {
    long until = System.nanoTime() + PATIENCE;
    while (!all.stream().allMatch(condition)) {
      if (System.nanoTime() > until) {
        throw new CannotMeasure(
            all.stream().filter(condition.negate()).count() + " people did not come to rest");
      }
      Schedule.awaitTime(System.nanoTime() + 5_000_000);
    }
  }
}
