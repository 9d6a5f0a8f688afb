package sotto.bench;

import java.util.Locale;
import sotto.bench.measure.Latencies;
import sotto.bench.measure.Spent;
import sotto.bench.report.Report;
import sotto.bench.report.Table;
import sotto.bench.report.Table.Column;

/// The tables of loads with pairs: how long messages took, and what processes spent on them.
final class PairTables {
  private static final double KIB = 1024;

  private final Table times =
      new Table(
          "How long messages take",
          "Milliseconds. *Accepted* is durable, *delivered* has come to the recipient's device. At"
              + " a rate they count from when a message was to be sent, else from its sending.",
          new Column("trial", 0),
          new Column("load", 0),
          new Column("accepted a second", 0),
          new Column("accepted p50", 2),
          new Column("accepted p99", 2),
          new Column("accepted p99.9", 2),
          new Column("accepted longest", 1),
          new Column("delivered p50", 2),
          new Column("delivered p99", 2),
          new Column("delivered p99.9", 2),
          new Column("delivered longest", 1),
          new Column("refused", 0),
          new Column("not delivered", 0));
  private final Table spending =
      new Table(
          "What processes spend on a message",
          "Processor time with that of TLS, network and collection of garbage. A commit has its"
              + " fsync (SQLite: one and those of checkpoints), of acknowledgements too. Fsyncs are"
              + " InnoDB's as MySQL counts them, without the binary log's; *the disk* is how often the"
              + " kernel had it empty its cache, for everybody on this machine.",
          new Column("trial", 0),
          new Column("load", 0),
          new Column("process", 0),
          new Column("processor µs", 1),
          new Column("allocated KiB", 2),
          new Column("written KiB", 2),
          new Column("collections", 0),
          new Column("of ms", 0),
          new Column("statements a message", 2),
          new Column("commits a message", 3),
          new Column("envelopes a commit", 1),
          new Column("fsyncs a message", 3));

  /// Adds what came of a trial.
  void add(int trial, PairLoad.Outcome outcome) {
    add(trial, "", outcome);
  }

  /// The same of one kind of several.
  void add(int trial, String kind, PairLoad.Outcome outcome) {
    String load = kind + outcome.load();
    Flight flight = outcome.flight();
    Latencies accepted = flight.timesToAccepted;
    Latencies delivered = flight.timesToDelivered;
    times.row(
        trial,
        load,
        outcome.acceptedPerSecond(),
        accepted.millis(50),
        accepted.millis(99),
        accepted.millis(99.9),
        accepted.millis(100),
        delivered.millis(50),
        delivered.millis(99),
        delivered.millis(99.9),
        delivered.millis(100),
        flight.refused.get(),
        outcome.undelivered());
    double messages = Math.max(1, flight.accepted.get());
    for (Spent spent : outcome.spent().spent()) {
      spending.row(
          trial,
          load,
          spent.process(),
          spent.cpuNanos() / 1e3 / messages,
          spent.allocated() == 0 ? Double.NaN : spent.allocated() / KIB / messages,
          spent.written() / KIB / messages,
          spent.collections(),
          spent.collectionMillis(),
          spent.commits() == 0 ? Double.NaN : spent.statements() / messages,
          spent.commits() == 0 ? Double.NaN : spent.commits() / messages,
          spent.commits() == 0 ? Double.NaN : (double) spent.rows() / spent.commits(),
          spent.fsyncs() / messages);
    }
    double none = Double.NaN;
    double flushes = outcome.spent().flushes() / messages;
    spending.row(trial, load, "the disk", none, none, none, none, none, none, none, none, flushes);
    Bench.say(
        String.format(
            Locale.ROOT,
            "trial %d, %s: %,.0f a second, delivered p50 %.1f ms, p99 %.1f ms",
            trial,
            load,
            outcome.acceptedPerSecond(),
            delivered.millis(50),
            delivered.millis(99)));
  }

  void into(Report report) {
    report.add(times);
    report.add(spending);
  }
}
