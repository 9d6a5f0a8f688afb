package sotto.bench;

import io.grpc.ManagedChannel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// How long a message takes from a device at one relay to one at another, at a steady rate, and how
/// many a second pass when each sender has some unanswered all the time. 400 bytes of ciphertext,
/// no cryptography of clients; the receiver acknowledges at once.
///
/// At a steady rate a message's time begins when it was to be sent, so that a stall is seen by all
/// that wait for it.
///
/// Use: `bench/run mesh [PROFILE] [--pairs N] [--rate N,N…] [--in-flight N,N…] [--seconds N]
/// [--trials N]`.
public final class MeshBench {
  private static final int MOST = 2_000_000;
  private static final int DRAIN_SECONDS = 20;

  private final List<Pair> pairs;
  private final int seconds;
  private final AtomicLong number = new AtomicLong(1);

  private MeshBench(List<Pair> pairs, int seconds) {
    this.pairs = pairs;
    this.seconds = seconds;
  }

  /// Runs it.
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int count = 200;
    int[] rates = {1_000};
    int[] depths = {1, 4};
    int seconds = 15;
    int trials = 2;
    for (int i = 2; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--pairs" -> count = Integer.parseInt(arguments[++i]);
        case "--rate" -> rates = numbers(arguments[++i]);
        case "--in-flight" -> depths = numbers(arguments[++i]);
        case "--seconds" -> seconds = Integer.parseInt(arguments[++i]);
        case "--trials" -> trials = Integer.parseInt(arguments[++i]);
        default -> {
          System.err.println(
              "bench/run mesh [mysql|combo|vitess] [--pairs N] [--rate N,N…] [--in-flight N,N…] [--seconds N] [--trials N]");
          System.exit(2);
        }
      }
    }
    try (MeshUnderTest mesh = MeshUnderTest.of(arguments);
        ScheduledExecutorService pings = Executors.newScheduledThreadPool(1)) {
      for (int relay = 0; relay < 2; relay++) {
        mesh.kill(relay);
        mesh.start(relay, "-Xmx1g -XX:+UseSerialGC");
      }
      List<Pair> pairs = pairs(mesh, count);
      var _ = pings.scheduleAtFixedRate(() -> pairs.forEach(Pair::ping), 20, 20, TimeUnit.SECONDS);
      MeshBench bench = new MeshBench(pairs, seconds);
      System.out.println(
          "| trial | load | sent/s | accepted/s | refused | accepted p50 ms | p99 | max | delivered p50 ms | p99 | max | not delivered |");
      System.out.println("|---|---|---|---|---|---|---|---|---|---|---|---|");
      for (int trial = 0; trial <= trials; trial++) {
        for (int rate : rates) {
          bench.steady(trial, rate);
        }
        for (int depth : depths) {
          bench.closed(trial, depth);
        }
      }
      pings.shutdownNow();
    }
  }

  private static int[] numbers(String text) {
    return Arrays.stream(text.split(",")).mapToInt(Integer::parseInt).toArray();
  }

  private static List<Pair> pairs(MeshUnderTest mesh, int count) {
    ManagedChannel channel = mesh.channel(1);
    List<Person> people = Person.register(channel, 2 * count);
    channel.shutdownNow();
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      pairs.add(
          Pair.open(
              mesh.channel(0),
              people.get(2 * i),
              mesh.channel(1),
              people.get(2 * i + 1),
              () -> ""));
    }
    return pairs;
  }

  private void steady(int trial, int rate) throws InterruptedException {
    int count = rate * seconds;
    long first = number.getAndAdd(count);
    Flight flight = new Flight(first, count);
    pairs.forEach(pair -> pair.measure(flight, _ -> {}));
    long start = System.nanoTime() + 10_000_000;
    for (int i = 0; i < count; i++) {
      long at = start + i * 1_000_000_000L / rate;
      for (long wait = at - System.nanoTime(); wait > 0; wait = at - System.nanoTime()) {
        LockSupport.parkNanos(wait);
      }
      flight.meant(first + i, at);
      pairs.get(i % pairs.size()).send(first + i);
    }
    double took = (System.nanoTime() - start) / 1e9;
    int answered = flight.accepted.get();
    drain(flight);
    report(trial, "%,d a second".formatted(rate), count, answered, took, flight);
  }

  private void closed(int trial, int depth) throws InterruptedException {
    long first = number.getAndAdd(MOST);
    Flight flight = new Flight(first, MOST);
    AtomicLong next = new AtomicLong(first);
    long start = System.nanoTime();
    long end = start + seconds * 1_000_000_000L;
    pairs.forEach(pair -> pair.measure(flight, p -> p.sendOne(next, end)));
    for (Pair pair : pairs) {
      for (int i = 0; i < depth; i++) {
        pair.sendOne(next, end);
      }
    }
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
    double took = (System.nanoTime() - start) / 1e9;
    int answered = flight.accepted.get();
    drain(flight);
    long sent = Math.min(next.get() - first, MOST);
    report(trial, "%,d unanswered".formatted(pairs.size() * depth), sent, answered, took, flight);
  }

  /// Waits until all is answered and delivered, or time is over.
  private void drain(Flight flight) throws InterruptedException {
    for (int i = 0; i < 10 * DRAIN_SECONDS; i++) {
      if (pairs.stream().allMatch(Pair::idle) && flight.delivered.get() == flight.accepted.get()) {
        return;
      }
      Thread.sleep(100);
    }
  }

  private void report(int trial, String load, long sent, int answered, double took, Flight flight) {
    if (pairs.stream().anyMatch(Pair::ended)) {
      throw new IllegalStateException("a stream ended by itself");
    }
    Timings accepted = flight.timesToAccepted();
    Timings delivered = flight.timesToDelivered();
    System.out.printf(
        Locale.ROOT,
        "| %s | %s | %.0f | %.0f | %d | %s | %s | %s | %s | %s | %s | %d |%n",
        trial == 0 ? "warm-up" : trial,
        load,
        sent / took,
        answered / took,
        flight.refused.get(),
        accepted.at(50),
        accepted.at(99),
        accepted.at(100),
        delivered.at(50),
        delivered.at(99),
        delivered.at(100),
        accepted.count() - delivered.count());
  }
}
