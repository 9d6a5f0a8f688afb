package sotto.bench;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sotto.bench.baseline.BareDisk;
import sotto.bench.baseline.BareRows;
import sotto.bench.baseline.BareSignal;
import sotto.bench.measure.Latencies;
import sotto.bench.report.Ratio;
import sotto.bench.report.Report;
import sotto.bench.report.Table;
import sotto.bench.report.Table.Column;

/// What the parts under Sotto do by themselves, measured in the same trials, and Sotto's figures as
/// ratios of theirs.
final class Baselines implements AutoCloseable {
  private static final int SECONDS = 3;
  private static final int[] GROUPS = {1, 16, 64};
  private static final int CIPHERS = 2_000;

  private final Bench bench;
  private final int bytes;
  private final int depth;
  private final int rate;
  private final EchoUnderTest echo;
  private final List<Double> rates = new ArrayList<>();
  private final List<Double> micros = new ArrayList<>();
  private final List<Double> rounds = new ArrayList<>();
  private final List<Double> ourRates = new ArrayList<>();
  private final List<Double> ourMicros = new ArrayList<>();
  private final List<Double> ourTimes = new ArrayList<>();
  private final List<Double> rows = new ArrayList<>();
  private final List<Double> mysqlRows = new ArrayList<>();
  private final Table parts =
      new Table(
          "What the machine does without Sotto",
          "Taken in the same trials. The echo is gRPC's own stream over the same TLS and threads, of"
              + " as many connections and the same bytes, in a process of its own. Rows are those of"
              + " a mailbox in one connection's transactions: an insert and a delete, each with its"
              + " fsync. libsignal encrypts and decrypts in one thread.",
          new Column("trial", 0),
          new Column("what", 0),
          new Column("a second", 0),
          new Column("p50 ms", 3),
          new Column("p99 ms", 3),
          new Column("server's processor µs", 1));

  /// Starts the echo.
  ///
  /// @param streams as many as senders
  /// @param depth unanswered on each
  /// @param rate of the steady measurement
  Baselines(Bench bench, int streams, int depth, int rate, int bytes) throws IOException {
    this.bench = bench;
    this.bytes = bytes;
    this.depth = depth;
    this.rate = rate;
    echo = EchoUnderTest.start(bench.folder(), streams, bytes);
    var _ = echo.closed(depth, SECONDS);
    var _ = echo.closed(depth, SECONDS);
  }

  /// Measures all of them once.
  void trial(int trial) throws Exception {
    var closed = echo.closed(depth, SECONDS);
    row(trial, "echo, all unanswered", closed.perSecond(), closed.times(), closed.serverMicros());
    rates.add(closed.perSecond());
    micros.add(closed.serverMicros());
    var steady = echo.steady(rate, SECONDS);
    row(trial, "echo, at the rate", steady.perSecond(), steady.times(), steady.serverMicros());
    rounds.add(steady.times().millis(50));
    Latencies disk = BareDisk.fsync(bench.folder(), SECONDS);
    row(trial, "fsync of a page", disk.count() / (double) SECONDS, disk, Double.NaN);
    for (int group : GROUPS) {
      try (var sqlite = BareRows.sqlite(bench.folder().resolve("bare.db"), bytes)) {
        double perSecond = sqlite.perSecond(group, SECONDS);
        plain(trial, "SQLite, rows in groups of " + group, perSecond);
        if (group == GROUPS[GROUPS.length - 1]) {
          rows.add(perSecond);
        }
      }
    }
    Optional<Connection> database = bench.target().database();
    if (database.isPresent()) {
      mysql(trial, database.get());
    }
    signal(trial);
  }

  /// The same rows in the mesh's own database.
  private void mysql(int trial, Connection database) throws SQLException {
    try (var mysql = BareRows.of(database, bytes)) {
      for (int group : GROUPS) {
        double perSecond = mysql.perSecond(group, SECONDS);
        plain(trial, "MySQL, rows in groups of " + group, perSecond);
        if (group == GROUPS[GROUPS.length - 1]) {
          mysqlRows.add(perSecond);
        }
      }
    }
  }

  private void signal(int trial) throws Exception {
    var bare = new BareSignal();
    long begun = System.nanoTime();
    List<byte[]> encrypted = bare.encrypt(CIPHERS, new byte[160]);
    plain(trial, "libsignal, encrypt", CIPHERS / ((System.nanoTime() - begun) / 1e9));
    begun = System.nanoTime();
    bare.decrypt(encrypted);
    plain(trial, "libsignal, decrypt", CIPHERS / ((System.nanoTime() - begun) / 1e9));
  }

  private void plain(int trial, String what, double perSecond) {
    parts.row(trial, what, perSecond, Double.NaN, Double.NaN, Double.NaN);
  }

  private void row(int trial, String what, double perSecond, Latencies times, double server) {
    parts.row(trial, what, perSecond, times.millis(50), times.millis(99), server);
  }

  /// Sotto's figures of the same trial.
  void beside(PairLoad.Outcome steady, PairLoad.Outcome closed) {
    ourTimes.add(steady.flight().timesToDelivered.millis(50));
    ourRates.add(closed.acceptedPerSecond());
    ourMicros.add(closed.serverMicros());
  }

  /// Adds the tables.
  void into(Report report) {
    Table ratios =
        new Table(
            "Sotto beside them",
            "Medians of the trials, and the ratio of each trial's own two figures. A message goes"
                + " through a sender's and a recipient's connection, a database and an"
                + " acknowledgement; an echo through one connection.",
            new Column("what", 0),
            new Column("Sotto", 2),
            new Column("bare", 2),
            new Column("ratio", 3),
            new Column("lowest", 3),
            new Column("highest", 3));
    ratio(ratios, "messages a second, all unanswered, to echoes", ourRates, rates);
    ratio(ratios, "processor µs of the servers for a message, to an echo's", ourMicros, micros);
    ratio(ratios, "ms to delivered at the rate, p50, to an echo's", ourTimes, rounds);
    ratio(ratios, "messages a second to SQLite's rows in groups of 64", ourRates, rows);
    ratio(ratios, "messages a second to MySQL's rows in groups of 64", ourRates, mysqlRows);
    report.add(ratios);
    report.add(parts);
  }

  private static void ratio(Table into, String what, List<Double> ours, List<Double> bare) {
    double[] our = array(ours);
    double[] base = array(bare);
    if (our.length == 0 || our[0] == 0 || base.length == 0) {
      return; // what was not measured, as a server's processes elsewhere
    }
    Ratio ratio = Ratio.of(our, base);
    into.row(
        what, Ratio.median(our), Ratio.median(base), ratio.median(), ratio.low(), ratio.high());
  }

  private static double[] array(List<Double> list) {
    return list.stream().mapToDouble(Double::doubleValue).toArray();
  }

  @Override
  public void close() throws IOException {
    echo.close();
  }
}
