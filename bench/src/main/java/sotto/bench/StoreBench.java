package sotto.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.LongUnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sotto.store.sql.Migration;
import sotto.store.sql.StoreUrl;

/// Measures how many envelopes a second a store makes durable and removes, with 1, 8 and 64 callers
/// that each wait for their answer, on several databases in turn. Everything but the network is
/// there: the service, its writers, the database with its fsyncs.
final class StoreBench {
  private static final int[] CALLERS = {1, 8, 64};
  private static final int ENVELOPE_BYTES = 400;

  private StoreBench() {}

  private record Database(String name, Optional<StoreUrl> url) {
    static Database parse(String text) {
      if (text.equals("sqlite")) {
        return new Database(text, Optional.empty());
      }
      int at = text.indexOf('=');
      String name = at < 0 || text.indexOf("://") < at ? "mysql" : text.substring(0, at);
      String url = text.substring(name.equals("mysql") && at < 0 ? 0 : at + 1);
      return new Database(name, Optional.of(StoreUrl.parse(url)));
    }
  }

  /// `store`.
  @Command(
      name = "store",
      mixinStandardHelpOptions = true,
      description =
          "Envelopes a second that a store makes durable and removes, with 1, 8 and 64 callers that wait for each answer.")
  static final class Asked implements Callable<Integer> {
    @Option(
        names = "--seconds",
        paramLabel = "N",
        defaultValue = "3",
        description = "Of each figure (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
        names = "--rounds",
        paramLabel = "N",
        defaultValue = "3",
        description = "How many (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
        names = "--writers",
        paramLabel = "N",
        defaultValue = "4",
        description = "Connections that write (default: ${DEFAULT-VALUE}).")
    private int writers;

    @Option(names = "--sweep", description = "Let expiry run all the time beside it.")
    private boolean sweep;

    @Parameters(
        paramLabel = "DATABASE",
        arity = "1..*",
        description = "sqlite, or NAME=mysql://USER@HOST:PORT/DATABASE.")
    private List<String> databases = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
      List<Database> targets = databases.stream().map(Database::parse).toList();
      System.out.println(
          "| round | database | call | callers | rows/s | p50 ms | p99 ms | max ms |");
      System.out.println("|---|---|---|---|---|---|---|---|");
      for (int round = 0; round <= rounds; round++) {
        for (Database target : targets) {
          run(round, target, seconds, writers, sweep);
        }
      }

      return 0;
    }
  }

  private static void run(int round, Database target, int seconds, int writers, boolean sweep)
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
      int round, Database target, String call, int callers, int seconds, Calls calls)
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
