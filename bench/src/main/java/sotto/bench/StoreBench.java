package sotto.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongUnaryOperator;
import sotto.store.sql.Migration;
import sotto.store.sql.StoreUrl;

/// Measures how many envelopes a second a store makes durable and removes, with 1, 8 and 64 callers
/// that each wait for their answer, on several databases in turn. Everything but the network is
/// there: the service, its writers, the database with its fsyncs.
///
/// Use: `bench/run store [--seconds N] [--rounds N] [--writers N] [--sweep] DATABASE…`, where a
/// database is `sqlite` or `NAME=mysql://…`. Prints a Markdown table, one line for each database,
/// kind of call, number of callers and round.
public final class StoreBench {
  private static final int[] CALLERS = {1, 8, 64};
  private static final int ENVELOPE_BYTES = 400;

  private StoreBench() {}

  private record Target(String name, Optional<StoreUrl> url) {
    static Target parse(String text) {
      if (text.equals("sqlite")) {
        return new Target(text, Optional.empty());
      }
      int at = text.indexOf('=');
      String name = at < 0 || text.indexOf("://") < at ? "mysql" : text.substring(0, at);
      String url = text.substring(name.equals("mysql") && at < 0 ? 0 : at + 1);
      return new Target(name, Optional.of(StoreUrl.parse(url)));
    }
  }

  /// Runs it.
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int seconds = 3;
    int rounds = 3;
    int writers = 4;
    boolean sweep = false;
    List<Target> targets = new ArrayList<>();
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--seconds" -> seconds = Integer.parseInt(arguments[++i]);
        case "--rounds" -> rounds = Integer.parseInt(arguments[++i]);
        case "--writers" -> writers = Integer.parseInt(arguments[++i]);
        case "--sweep" -> sweep = true;
        default -> targets.add(Target.parse(arguments[i]));
      }
    }
    if (targets.isEmpty()) {
      System.err.println(
          "bench/run store [--seconds N] [--rounds N] [--writers N] [--sweep] sqlite | NAME=mysql://USER@HOST:PORT/DATABASE …");
      System.exit(2);
    }
    System.out.println("| round | database | call | callers | rows/s | p50 ms | p99 ms | max ms |");
    System.out.println("|---|---|---|---|---|---|---|---|");
    for (int round = 0; round <= rounds; round++) {
      for (Target target : targets) {
        run(round, target, seconds, writers, sweep);
      }
    }
  }

  private static void run(int round, Target target, int seconds, int writers, boolean sweep)
      throws IOException, InterruptedException {
    target.url().ifPresent(url -> new Migration(url).run());
    Path folder = Files.createTempDirectory("sotto-bench");
    try (StoreUnderTest store =
        StoreUnderTest.open(folder, target.url(), writers, ENVELOPE_BYTES)) {
      for (int callers : CALLERS) {
        if (sweep) {
          store.sweepAllTheTime();
        }
        report(round, target, "append", callers, seconds, store::append);
        report(round, target, "ack", callers, seconds, store::ack);
      }
    } finally {
      try (var files = Files.walk(folder)) {
        files.sorted((a, b) -> b.compareTo(a)).map(Path::toFile).forEach(f -> f.delete());
      }
    }
  }

  private interface Calls {
    /// Calls until the time is over and gives the times of the calls, in nanoseconds.
    long[] run(int callers, int seconds) throws InterruptedException;
  }

  private static void report(
      int round, Target target, String call, int callers, int seconds, Calls calls)
      throws InterruptedException {
    long begin = System.nanoTime();
    long[] nanos = calls.run(callers, seconds);
    double took = (System.nanoTime() - begin) / 1e9;
    Arrays.sort(nanos);
    LongUnaryOperator at =
        percent -> nanos[(int) Math.min(nanos.length - 1, nanos.length * percent / 100)];
    System.out.printf(
        Locale.ROOT,
        "| %s | %s | %s | %d | %.0f | %.2f | %.2f | %.1f |%n",
        round == 0 ? "warm-up" : round,
        target.name(),
        call,
        callers,
        nanos.length / took,
        at.applyAsLong(50) / 1e6,
        at.applyAsLong(99) / 1e6,
        nanos[nanos.length - 1] / 1e6);
  }
}
