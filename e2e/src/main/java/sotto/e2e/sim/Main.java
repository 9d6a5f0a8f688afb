package sotto.e2e.sim;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.LoggerFactory;

/// `make sim`: runs many seeds, each in one thread, and prints what fails with its seed.
public final class Main {
  private static final String USE =
      """
      sim [SEEDS=N] [FROM=N] [SEED=N] [THREADS=N] [MOST=N]
        SEEDS    how many random seeds are run after the fixed schedules (10000)
        FROM     the first of them (1)
        SEED     one seed alone, twice, with what was done to its world
        THREADS  how many run beside each other (one a processor)
        MOST     how many failures are shown before it ends (5)
      The last line is: seeds=N violations=N. Exit status 1 if there is a violation, 2 if asked wrongly.
      """;

  private Main() {}

  /// See [#USE].
  public static void main(String[] arguments) throws Exception {
    System.exit(run(arguments, new PrintStream(System.out, true, StandardCharsets.UTF_8)));
  }

  static int run(String[] arguments, PrintStream out) throws Exception {
    if (List.of(arguments).contains("--help")) {
      out.print(USE);
      return 0;
    }
    Map<String, Long> given;
    try {
      given = parse(arguments);
    } catch (IllegalArgumentException e) {
      out.print("sim: " + e.getMessage() + "\n" + USE);
      return 2;
    }
    // What the servers log of their troubles is what the faults are for.
    var root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    var level = root.getLevel();
    root.setLevel(Level.OFF);
    try {
      return run(given, out);
    } finally {
      root.setLevel(level);
    }
  }

  private static int run(Map<String, Long> given, PrintStream out) throws Exception {
    if (given.containsKey("SEED")) {
      return one(given.get("SEED"), out);
    }
    return many(
        given.getOrDefault("FROM", 1L),
        given.getOrDefault("SEEDS", 10_000L),
        given.getOrDefault("THREADS", (long) Runtime.getRuntime().availableProcessors()),
        given.getOrDefault("MOST", 5L),
        out);
  }

  private static Map<String, Long> parse(String[] arguments) {
    var given = new HashMap<String, Long>();
    for (var argument : arguments) {
      if (!argument.matches("(SEEDS|FROM|SEED|THREADS|MOST)=-?[0-9]{1,18}")) {
        throw new IllegalArgumentException("what is " + argument + "?");
      }
      var at = argument.indexOf('=');
      given.put(argument.substring(0, at), Long.parseLong(argument.substring(at + 1)));
    }
    return given;
  }

  /// One seed, twice: equal seeds must give equal runs.
  private static int one(long seed, PrintStream out) throws Exception {
    try (var stage = new Stage()) {
      var first = stage.told(seed, out);
      var second = stage.run(seed, new PrintStream(PrintStream.nullOutputStream()));
      if (first.isPresent() && second.isPresent() && !first.get().equals(second.get())) {
        out.println("the two runs differ: " + first.get() + " and " + second.get());
        return 1;
      }
      first.ifPresent(result -> out.println(result));
      return first.isPresent() ? 0 : 1;
    }
  }

  private static int many(long from, long seeds, long threads, long most, PrintStream out)
      throws InterruptedException {
    var next = new AtomicLong();
    var done = new AtomicLong();
    var violations = new AtomicLong();
    var accepted = new AtomicLong();
    var begin = System.nanoTime();
    var all = new ArrayList<Thread>();
    for (int i = 0; i < threads; i++) {
      all.add(
          Thread.ofPlatform()
              .uncaughtExceptionHandler((thread, e) -> {
                violations.incrementAndGet();
                e.printStackTrace(out);
              })
              .start(() -> {
                try (var stage = new Stage()) {
                  for (long n = next.getAndIncrement();
                      n < seeds + Schedules.COUNT && violations.get() < most;
                      n = next.getAndIncrement()) {
                    var result =
                        n < Schedules.COUNT
                            ? stage.fixed((int) n, out)
                            : stage.run(from + n - Schedules.COUNT, out);
                    result.ifPresentOrElse(
                        good -> accepted.addAndGet(good.accepted()), violations::incrementAndGet);
                    tell(done.incrementAndGet(), seeds, begin, out);
                  }
                }
              }));
    }
    for (var thread : all) {
      thread.join();
    }
    var took = Duration.ofNanos(System.nanoTime() - begin);
    out.printf(
        "%d fixed schedules, %d messages accepted and delivered, %d.%d s%n",
        Schedules.COUNT, accepted.get(), took.toSeconds(), took.toMillisPart() / 100);
    out.printf(
        "seeds=%d violations=%d%n",
        done.get() - Math.min(done.get(), Schedules.COUNT), violations.get());
    return violations.get() == 0 && done.get() == seeds + Schedules.COUNT ? 0 : 1;
  }

  private static void tell(long done, long seeds, long begin, PrintStream out) {
    if (done % 1_000 == 0) {
      out.printf(
          "%d of %d, %.0f s%n", done, seeds + Schedules.COUNT, (System.nanoTime() - begin) / 1e9);
    }
  }

  /// What a thread keeps between seeds: the persons, the database.
  private static final class Stage implements AutoCloseable {
    private final List<Person> persons =
        List.of(
            new Person("alice", 1),
            new Person("bob", 2),
            new Person("carol", 3),
            new Person("dave", 4),
            // Only in groups of more.
            new Person("erin", 5),
            new Person("frank", 6),
            new Person("grace", 7),
            new Person("heidi", 8),
            new Person("ivan", 9),
            new Person("judy", 10),
            new Person("karl", 11),
            new Person("laura", 12));
    private final SimDatabase database = SimDatabase.with(persons);

    Optional<Simulation.Result> run(long seed, PrintStream out) {
      return run(Simulation.random(seed, database, persons, _ -> {}), out);
    }

    Optional<Simulation.Result> told(long seed, PrintStream out) {
      return run(Simulation.random(seed, database, persons, out::println), out);
    }

    Optional<Simulation.Result> fixed(int number, PrintStream out) {
      return run(Schedules.get(number, database, persons), out);
    }

    private static Optional<Simulation.Result> run(Simulation simulation, PrintStream out) {
      try {
        return Optional.of(simulation.run());
      } catch (Simulation.Failed e) {
        synchronized (out) {
          out.println(e.getMessage());
          if (!e.isViolation()) {
            e.printStackTrace(out);
          }
        }
        return Optional.empty();
      }
    }

    @Override
    public void close() {
      database.close();
    }
  }
}
