package sotto.bench;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sotto.bench.baseline.BareGroup;
import sotto.bench.measure.Latencies;
import sotto.bench.measure.Spent;
import sotto.bench.measure.Wires;
import sotto.bench.report.Table;
import sotto.bench.report.Table.Column;

/// `group`: one message to many, beside as many messages to one.
@Command(
    name = "group",
    mixinStandardHelpOptions = true,
    description = {
      "Messages to groups, beside the same bytes sent to each member by itself.",
      "Real groups, founded by a signed change. One message at a time: it is accepted when it is"
          + " durable for every member, delivered when the last connected member has it."
    })
final class GroupCommand implements Callable<Integer> {
  private static final double MILLI = 1e6;
  private static final double KIB = 1024;
  private static final int CIPHERS = 50;

  @Mixin private final RunOptions run = new RunOptions();

  @Option(
      names = "--members",
      paramLabel = "N",
      split = ",",
      defaultValue = "10,100,1000",
      description =
          "Members beside the sender, one group after the other (default: ${DEFAULT-VALUE}).")
  private List<Integer> members = List.of();

  @Option(
      names = "--connected",
      paramLabel = "PERCENT",
      defaultValue = "100",
      description = "The part of the members that is connected (default: ${DEFAULT-VALUE}).")
  private int connected = 100;

  @Option(
      names = "--recipients",
      paramLabel = "N",
      defaultValue = "20000",
      description =
          "Members times messages of a trial, at least five messages (default: ${DEFAULT-VALUE}).")
  private int recipients = 20_000;

  private final Table times =
      new Table(
          "One message to many",
          "Milliseconds, of messages that follow each other one by one.",
          new Column("trial", 0),
          new Column("members", 0),
          new Column("connected", 0),
          new Column("sent", 0),
          new Column("messages", 0),
          new Column("accepted p50", 1),
          new Column("accepted p99", 1),
          new Column("last delivered p50", 1),
          new Column("last delivered p99", 1),
          new Column("recipients a second", 0));
  private final Table spending =
      new Table(
          "What a recipient costs",
          "Processor µs of all servers, or of a process; envelopes stored, statements and commits of the"
              + " stores, each commit with its fsync (acknowledgements are commits too). Fsyncs are InnoDB's as"
              + " MySQL counts them, without the binary log's; *the disk* is how often the kernel had it"
              + " empty its cache, for everybody on this machine.",
          new Column("trial", 0),
          new Column("members", 0),
          new Column("sent", 0),
          new Column("process", 0),
          new Column("processor µs a recipient", 2),
          new Column("allocated KiB a recipient", 2),
          new Column("written KiB a recipient", 2),
          new Column("envelopes a recipient", 2),
          new Column("statements a recipient", 3),
          new Column("commits a message", 1),
          new Column("fsyncs a message", 1));
  private final Table traffic =
      new Table(
          "Bytes of a message on each hop",
          "As TCP carries them, TLS, HTTP/2, answers and acknowledgements included, for one message"
              + " to all members. *Frames* is what the sender's frames alone have.",
          new Column("trial", 0),
          new Column("members", 0),
          new Column("sent", 0),
          new Column("hop", 0),
          new Column("KiB there", 2),
          new Column("KiB back", 2));

  @Override
  public Integer call() throws Exception {
    run.within("--members", members, 1, 1_023);
    run.within("--connected", connected, 0, 100);
    run.within("--recipients", recipients, 1, 10_000_000);
    return run.measure(this::measure);
  }

  private void measure(Bench bench) throws Exception {
    for (int count : members) {
      int connect = (count * connected + 99) / 100;
      try (GroupLoad load = GroupLoad.open(bench, count, connect, run.bytes())) {
        bench.ping(load::streams, load::ping);
        warm(load);
        for (int trial = 1; trial <= run.trials(); trial++) {
          // In turn, and the other way round the next time.
          trial(bench, trial, count, load, trial % 2 == 1);
          trial(bench, trial, count, load, trial % 2 == 0);
        }
      }
    }
    bench.report().add(times);
    bench.report().add(spending);
    bench.report().add(traffic);
    if (run.baselines()) {
      bench.report().add(ciphers());
    }
  }

  private void warm(GroupLoad load) {
    long end = System.nanoTime() + run.warmUp() * 1_000_000_000L;
    while (System.nanoTime() < end) {
      var _ = load.once(true);
      var _ = load.once(false);
    }
  }

  private void trial(Bench bench, int trial, int count, GroupLoad load, boolean asGroup)
      throws Exception {
    int messages = Math.max(5, recipients / count);
    var accepted = new Latencies();
    var delivered = new Latencies();
    Bench.Look before = bench.look();
    long begun = System.nanoTime();
    for (int i = 0; i < messages; i++) {
      GroupLoad.Times once = load.once(asGroup);
      accepted.add(once.accepted());
      delivered.add(once.delivered());
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    Bench.Look spent = bench.since(before);
    String sent = asGroup ? "to the group" : "to each";
    double each = (double) messages * count;
    boolean any = load.connected() > 0;
    times.row(
        trial,
        count,
        load.connected(),
        sent,
        messages,
        accepted.millis(50),
        accepted.millis(99),
        any ? delivered.millis(50) : Double.NaN,
        any ? delivered.millis(99) : Double.NaN,
        each / seconds);
    for (Spent process : spent.spent()) {
      spending.row(
          trial,
          count,
          sent,
          process.process(),
          process.cpuNanos() / 1e3 / each,
          process.allocated() == 0 ? Double.NaN : process.allocated() / KIB / each,
          process.written() / KIB / each,
          process.commits() == 0 ? Double.NaN : process.rows() / each,
          process.commits() == 0 ? Double.NaN : process.statements() / each,
          process.commits() == 0 ? Double.NaN : (double) process.commits() / messages,
          process.fsyncs() / messages);
    }
    double none = Double.NaN;
    double flushes = spent.flushes() / messages;
    spending.row(trial, count, sent, "the disk", none, none, none, none, none, none, flushes);
    traffic.row(trial, count, sent, "frames", load.sentBytes(asGroup) / KIB, Double.NaN);
    for (Wires.Traffic hop : spent.traffic()) {
      traffic.row(
          trial, count, sent, hop.hop(), hop.in() / KIB / messages, hop.out() / KIB / messages);
    }
    Bench.say(
        String.format(
            Locale.ROOT,
            "trial %d, %d members, %s: accepted p50 %.1f ms, %,.0f recipients a second",
            trial,
            count,
            sent,
            accepted.millis(50),
            each / seconds));
  }

  private Table ciphers() throws Exception {
    Table table =
        new Table(
            "What encrypting takes the sender",
            "libsignal in one thread, stores in memory: one ciphertext under a sender key, beside"
                + " one of each member's session.",
            new Column("trial", 0),
            new Column("members", 0),
            new Column("sender key ms", 3),
            new Column("each session ms", 3));
    for (int count : members) {
      BareGroup bare = BareGroup.of(count);
      var _ = bare.senderKeyNanos(CIPHERS, run.bytes());
      var _ = bare.sessionsNanos(run.bytes());
      for (int trial = 1; trial <= run.trials(); trial++) {
        table.row(
            trial,
            count,
            bare.senderKeyNanos(CIPHERS, run.bytes()) / MILLI,
            bare.sessionsNanos(run.bytes()) / MILLI);
      }
    }
    return table;
  }
}
