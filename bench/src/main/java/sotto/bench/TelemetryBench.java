package sotto.bench;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sotto.chat.v1.CiphertextType;

/// What telemetry costs: messages a second and processor time a message of standalone servers that
/// differ in it alone. All run all the time and are pushed in turn, so that each is compared with
/// the one without telemetry of the same round. A collector in this process takes what they export
/// and throws it away.
final class TelemetryBench {
  private static final int MOST = 1_000_000;
  private static final int SHARE = 100;
  private static final int WARM_UP = 5;

  private record Case(String name, Map<String, String> settings, Supplier<String> trace) {}

  private record Score(double rate, double micros) {}

  private record Pushed(Case what, ServerUnderTest server, List<Pair> pairs, List<Score> scores) {}

  private final AtomicLong number = new AtomicLong(1);
  private final int depth;
  private final int seconds;

  private TelemetryBench(int depth, int seconds) {
    this.depth = depth;
    this.seconds = seconds;
  }

  /// `telemetry`.
  @Command(
      name = "telemetry",
      mixinStandardHelpOptions = true,
      description = "What telemetry costs: servers that differ in it alone, pushed in turn.")
  static final class Asked implements Callable<Integer> {
    @Option(
        names = "--pairs",
        paramLabel = "N",
        defaultValue = "50",
        description = "Devices that send, each to one that receives (default: ${DEFAULT-VALUE}).")
    private int pairs;

    @Option(
        names = "--in-flight",
        paramLabel = "N",
        defaultValue = "8",
        description = "Messages of a pair that are unanswered (default: ${DEFAULT-VALUE}).")
    private int depth;

    @Option(
        names = "--seconds",
        paramLabel = "N",
        defaultValue = "5",
        description = "Of a round (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
        names = "--rounds",
        paramLabel = "N",
        defaultValue = "10",
        description = "How many (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Override
    public Integer call() throws Exception {
      var bench = new TelemetryBench(depth, seconds);
      Path folder = Files.createTempDirectory("sotto-bench");
      HttpServer collector = collector();
      List<Pushed> all = new ArrayList<>();
      try (var pings = Executors.newScheduledThreadPool(1)) {
        String endpoint = "http://127.0.0.1:" + collector.getAddress().getPort();
        for (Case one : cases(endpoint)) {
          ServerUnderTest server =
              ServerUnderTest.start(folder.resolve("data" + all.size()), one.settings());
          all.add(new Pushed(one, server, pairs(server, pairs, one), new ArrayList<>()));
        }
        var _ =
            pings.scheduleAtFixedRate(
                () -> all.forEach(pushed -> pushed.pairs().forEach(Pair::ping)),
                20,
                20,
                TimeUnit.SECONDS);
        bench.run(all, rounds);
        pings.shutdownNow();
      } finally {
        all.forEach(pushed -> pushed.server().close());
        collector.stop(0);
        try (Stream<Path> files = Files.walk(folder)) {
          files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
      }

      return 0;
    }
  }

  private static List<Case> cases(String endpoint) {
    Map<String, String> on =
        Map.of("SOTTO_TELEMETRY_ENDPOINT", endpoint, "SOTTO_RELAY_TRACE_MESSAGES", "true");
    Map<String, String> all = new HashMap<>(on);
    all.put("SOTTO_TELEMETRY_SAMPLE_RATIO", "1");
    var random = new SplittableRandom(1);
    return List.of(
        new Case("none", Map.of(), () -> ""),
        new Case("by default", Map.of("SOTTO_TELEMETRY_ENDPOINT", endpoint), () -> ""),
        new Case("and 1 message of 100 traced", on, () -> sampled(random, SHARE)),
        new Case("all calls and every message traced", all, () -> sampled(random, 1)));
  }

  /// A trace's context for one message of `share`, as SDKs that sample themselves send it.
  private static synchronized String sampled(RandomGenerator random, int share) {
    if (random.nextInt(share) != 0) {
      return "";
    }
    var hex = HexFormat.of();
    return "00-"
        + hex.toHexDigits(random.nextLong())
        + hex.toHexDigits(random.nextLong())
        + "-"
        + hex.toHexDigits(random.nextLong() | 1)
        + "-01";
  }

  private static HttpServer collector() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange;
              var in = exchange.getRequestBody()) {
            in.transferTo(OutputStream.nullOutputStream());
            exchange.sendResponseHeaders(200, -1);
          }
        });
    server.start();
    return server;
  }

  private static List<Pair> pairs(ServerUnderTest server, int count, Case one) {
    List<Person> people = server.register(2 * count);
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      pairs.add(
          Pair.open(
              server::channel,
              people.get(2 * i),
              server::channel,
              people.get(2 * i + 1),
              new Pair.Payload(CiphertextType.CIPHERTEXT_TYPE_RATCHET, 400, one.trace())));
    }
    return pairs;
  }

  private void run(List<Pushed> all, int rounds) throws InterruptedException {
    // The first are for the compiler.
    for (int round = 1 - WARM_UP; round <= rounds; round++) {
      for (int turn = 0; turn < all.size(); turn++) {
        Pushed pushed = all.get(Math.floorMod(turn + round, all.size()));
        Score score = push(pushed);
        if (round > 0) {
          pushed.scores().add(score);
          System.err.printf(
              Locale.ROOT,
              "round %d, %s: %.0f a second, %.0f µs%n",
              round,
              pushed.what().name(),
              score.rate(),
              score.micros());
        }
      }
    }
    System.out.println(
        "| telemetry | delivered a second | of that without | range | server's processor µs a message | of that without | range |");
    System.out.println("|---|---|---|---|---|---|---|");
    List<Score> base = all.getFirst().scores();
    for (Pushed pushed : all) {
      double[] rates = new double[rounds];
      double[] micros = new double[rounds];
      for (int i = 0; i < rounds; i++) {
        rates[i] = pushed.scores().get(i).rate() / base.get(i).rate();
        micros[i] = pushed.scores().get(i).micros() / base.get(i).micros();
      }
      System.out.printf(
          Locale.ROOT,
          "| %s | %,.0f | %s | %.0f | %s |%n",
          pushed.what().name(),
          middle(pushed.scores().stream().mapToDouble(Score::rate).toArray()),
          ratio(rates),
          middle(pushed.scores().stream().mapToDouble(Score::micros).toArray()),
          ratio(micros));
    }
  }

  private static String ratio(double[] of) {
    double[] sorted = of.clone();
    Arrays.sort(sorted);
    return String.format(
        Locale.ROOT, "%.3f | %.2f to %.2f", middle(of), sorted[0], sorted[sorted.length - 1]);
  }

  private static double middle(double[] of) {
    double[] sorted = of.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  private Score push(Pushed pushed) throws InterruptedException {
    long first = number.getAndAdd(MOST);
    Flight flight = new Flight(first, MOST);
    AtomicLong next = new AtomicLong(first);
    long processor = pushed.server().processorNanos();
    long start = System.nanoTime();
    long end = start + seconds * 1_000_000_000L;
    pushed.pairs().forEach(pair -> pair.measure(flight, p -> p.sendOne(next, end)));
    for (Pair pair : pushed.pairs()) {
      for (int i = 0; i < depth; i++) {
        pair.sendOne(next, end);
      }
    }
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
    for (int i = 0; i < 500; i++) {
      if (pushed.pairs().stream().allMatch(Pair::idle)
          && flight.delivered.get() == flight.accepted.get()) {
        break;
      }
      Thread.sleep(10);
    }
    if (flight.refused.get() > 0 || flight.delivered.get() != flight.accepted.get()) {
      throw new IllegalStateException(
          flight.refused
              + " refused, "
              + flight.accepted
              + " accepted, "
              + flight.delivered
              + " delivered");
    }
    double took = (System.nanoTime() - start) / 1e9;
    long spent = pushed.server().processorNanos() - processor;
    return new Score(flight.delivered.get() / took, spent / 1e3 / flight.delivered.get());
  }
}
