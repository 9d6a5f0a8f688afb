package sotto.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import sotto.bench.measure.Schedule;

/// Loads a target with pairs of devices, at a steady rate or with some messages unanswered all the
/// time. At a steady rate a message's time begins when it was to be sent, else when it was. One
/// measurement at a time.
final class PairLoad implements AutoCloseable {
  private static final int MOST_A_SECOND = 200_000;
  private static final long DRAIN = 20_000_000_000L;
  private static final int OPENING = 500;

  // Of all loads, so that no two messages have the same.
  private static final AtomicLong NUMBER = new AtomicLong(1);

  private final Bench bench;
  // Pinged from another thread.
  private final List<Pair> pairs = new CopyOnWriteArrayList<>();

  /// What came of one measurement.
  ///
  /// @param load what was asked
  /// @param sent messages
  /// @param acceptedPerSecond while the load went on
  /// @param flight their times
  /// @param spent on them, until the last was delivered
  record Outcome(
      String load, long sent, double acceptedPerSecond, Flight flight, Bench.Look spent) {
    /// Processor time of all servers for a message; 0 = not seen.
    double serverMicros() {
      double nanos = 0;
      for (var process : spent.spent().subList(0, spent.spent().size() - 1)) {
        nanos += process.cpuNanos();
      }
      return nanos / 1e3 / Math.max(1, flight.accepted.get());
    }

    /// Accepted, and not delivered.
    int undelivered() {
      return flight.accepted.get() - flight.delivered.get();
    }
  }

  /// Of no pairs yet.
  PairLoad(Bench bench) {
    this.bench = bench;
    bench.ping(pairs::size, i -> pairs.get(i).ping());
  }

  /// Of pairs that are there.
  PairLoad(Bench bench, List<Pair> pairs) {
    this(bench);
    this.pairs.addAll(pairs);
  }

  /// Of so many new pairs, whose messages are not sealed.
  ///
  /// @param bytes of ciphertext
  static PairLoad plain(Bench bench, int count, int bytes) {
    PairLoad load = new PairLoad(bench);
    load.openPlain(count, bytes);
    return load;
  }

  /// Registers people and connects them, some at a time, so that the first do not fall silent while
  /// the last come.
  ///
  /// @param count pairs that are to be there then
  void openPlain(int count, int bytes) {
    Target target = bench.target();
    Pair.Payload payload = Pair.Payload.plain(bytes);
    Bench.say("registering " + 2 * (count - pairs.size()) + " accounts");
    while (pairs.size() < count) {
      int some = Math.min(OPENING, count - pairs.size());
      List<Person> people = target.register(2 * some);
      List<Pair> opened = new ArrayList<>();
      for (int i = 0; i < some; i++) {
        Person from = people.get(2 * i);
        Person to = people.get(2 * i + 1);
        opened.add(Pair.open(() -> target.channel(0), from, () -> target.channel(1), to, payload));
      }
      pairs.addAll(opened);
    }
  }

  /// Numbers for so many messages that no other load has.
  ///
  /// @return the first of them
  static long numbers(int count) {
    return NUMBER.getAndAdd(count);
  }

  /// So many messages a second for so long, each pair in its turn.
  Outcome steady(int perSecond, int seconds) throws IOException {
    int count = Math.multiplyExact(perSecond, seconds);
    long first = numbers(count);
    Flight flight = new Flight(first, count);
    pairs.forEach(pair -> pair.measure(flight, _ -> {}));
    Bench.Look before = bench.look();
    var schedule = new Schedule(System.nanoTime(), perSecond, count);
    schedule.run((i, intended) -> {
      flight.meant(first + i, intended);
      pairs.get(i % pairs.size()).send(first + i);
    });
    double took = (System.nanoTime() - schedule.start()) / 1e9;
    int accepted = flight.accepted.get();
    return outcome("%,d a second".formatted(perSecond), count, accepted / took, flight, before);
  }

  /// So many messages unanswered at each pair, for so long.
  Outcome closed(int depth, int seconds) throws IOException {
    int most = MOST_A_SECOND * seconds;
    long first = numbers(most);
    Flight flight = new Flight(first, most);
    AtomicLong next = new AtomicLong(first);
    Bench.Look before = bench.look();
    long start = System.nanoTime();
    long end = start + seconds * 1_000_000_000L;
    pairs.forEach(pair -> pair.measure(flight, p -> p.sendOne(next, end)));
    for (Pair pair : pairs) {
      for (int i = 0; i < depth; i++) {
        pair.sendOne(next, end);
      }
    }
    Schedule.awaitTime(end);
    int accepted = flight.accepted.get();
    String load = "%,d unanswered".formatted(pairs.size() * depth);
    return outcome(load, next.get() - first, accepted / (double) seconds, flight, before);
  }

  private Outcome outcome(
      String load, long sent, double perSecond, Flight flight, Bench.Look before)
      throws IOException {
    long until = System.nanoTime() + DRAIN;
    while (!over(flight) && System.nanoTime() < until) {
      Schedule.awaitTime(System.nanoTime() + 2_000_000);
    }
    if (pairs.stream().anyMatch(Pair::ended)) {
      throw new CannotMeasure("a stream ended by itself: the server's log says why");
    }
    return new Outcome(load, sent, perSecond, flight, bench.since(before));
  }

  private boolean over(Flight flight) {
    return pairs.stream().allMatch(Pair::idle) && flight.delivered.get() >= flight.accepted.get();
  }

  @Override
  public void close() {
    pairs.forEach(Pair::close);
  }
}
