package sotto.e2e.sim;

import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/// One seed: a world, people who write, faults, and then peace, in which everything that was
/// accepted must arrive.
final class Simulation {
  private static final long FAULTS = 30 * Scheduler.SECOND;
  private static final long PEACE = 120 * Scheduler.SECOND;
  private static final int MESSAGES = 40;
  // People write several lines at a time: lanes have more than one message in flight.
  private static final int MOST_AT_ONCE = 5;
  private static final int MOST_FAULTS = 8;
  // Who write to each other in every run; others are there for large groups.
  static final int FEW = 4;
  // Of so many runs with groups one has large ones.
  private static final int LARGE = 5;

  private final String name;
  private final World world;
  private final Script script;
  private final Judge judge;

  /// How a run ended.
  ///
  /// @param trace equal for equal runs
  record Result(String name, int accepted, int delivered, long trace) {}

  /// How a run failed: the seed, what was done to the world, what was broken.
  static final class Failed extends Exception {
    private static final long serialVersionUID = 1;

    Failed(String name, List<String> log, Throwable cause) {
      super(name + ": " + cause + "\n  " + String.join("\n  ", log), cause);
    }

    /// Whether a guarantee did not hold; else something threw.
    boolean isViolation() {
      return getCause() instanceof Violation;
    }
  }

  private Simulation(
      String name,
      Random random,
      World.Size size,
      SimDatabase database,
      List<Person> persons,
      Consumer<String> diary) {
    database.reset();
    this.name = name;
    this.world = new World(random.nextLong(), size, database, persons, diary);
    this.script = new Script(world);
    this.judge = new Judge(world);
    for (int sent = 0; sent < MESSAGES; ) {
      int from = random.nextInt(persons.size());
      int to = (from + 1 + random.nextInt(persons.size() - 1)) % persons.size();
      int burst = Math.min(MESSAGES - sent, 1 + random.nextInt(MOST_AT_ONCE));
      sent += burst;
      world
          .scheduler()
          .after(
              random.nextLong(FAULTS),
              () -> {
                var device = world.someClientOf(persons.get(from));
                for (int i = 0; i < burst && device.isPresent(); i++) {
                  device.get().send(persons.get(to).id);
                }
              });
    }
  }

  /// A world and faults as a seed has them.
  static Simulation random(
      long seed, SimDatabase database, List<Person> persons, Consumer<String> diary) {
    var random = new Random(seed);
    boolean groups = seed % 3 != 0;
    var play = new Random(~seed * 31);
    boolean large = groups && play.nextInt(LARGE) == 0;
    int there = large ? FEW + 1 + play.nextInt(persons.size() - FEW) : FEW;
    var size = new World.Size(2 + random.nextInt(2), 1 + random.nextInt(3), 1 + random.nextInt(3));
    var simulation =
        new Simulation(
            "seed " + seed + " (make sim SEED=" + seed + ")",
            random,
            size,
            database,
            persons.subList(0, there),
            diary);
    int faults = random.nextInt(MOST_FAULTS + 1);
    for (int i = 0; i < faults; i++) {
      simulation.script.at(random.nextLong(FAULTS), Script.random(simulation.world, random));
    }
    if (seed % 4 < 2) {
      // The other half is without files, as most of what people write.
      var more = new Random(~seed);
      for (int i = more.nextInt(MOST_FAULTS); i >= 0; i--) {
        simulation.script.at(more.nextLong(FAULTS), Script.ofBlobs(simulation.world, more));
      }
    }
    if (groups) {
      new GroupPlay(simulation.world, simulation.script, play, FAULTS).play();
    }
    return simulation;
  }

  /// A given world and given faults.
  static Simulation fixed(
      String name,
      long seed,
      World.Size size,
      List<Schedules.Timed> faults,
      SimDatabase database,
      List<Person> persons) {
    var simulation = new Simulation(name, new Random(seed), size, database, persons, _ -> {});
    faults.forEach(timed -> simulation.script.at(timed.at(), timed.fault()));
    return simulation;
  }

  /// Runs it.
  ///
  /// @throws Failed naming the guarantee that does not hold
  Result run() throws Failed {
    try {
      while (world.scheduler().step(FAULTS)) {
        judge.look();
      }
      script.heal();
      while (!judge.isQuiet() && world.scheduler().step(FAULTS + PEACE)) {
        judge.look();
      }
      judge.last();
      return new Result(
          name, world.ledger().accepted(), world.ledger().delivered(), world.scheduler().trace());
    } catch (Violation | RuntimeException e) {
      throw new Failed(name, script.log(), e);
    } finally {
      world.end();
    }
  }
}
