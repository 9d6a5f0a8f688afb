package sotto.e2e.sim;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import sotto.store.Chore;
import sotto.store.SteppedStore;
import sotto.store.StoreConfig;

/// A store pod's process.
final class StoreMachine implements ServerMachine {
  private static final long SHORTEST_COMMIT = 300;
  private static final long LEAVING = 300 * Scheduler.MILLI;
  private static final long MEND = 500 * Scheduler.MILLI;
  private static final long LONGEST_COMMIT = 3 * Scheduler.MILLI;

  // Whatever is not acked at once is soon moved.
  private static final Duration COLD_AFTER = Duration.ofMillis(300);
  // A move whose steps take their time is overtaken by whoever gives its blob up.
  private static final Duration COLD_PATIENCE = Duration.ofSeconds(2);
  private static final long COOL = 200 * Scheduler.MILLI;
  private static final long COOL_STEP = 20 * Scheduler.MILLI;

  private final World world;
  private final Machine machine;
  private final SimPods stores;
  private final SteppedStore store;
  private boolean stepComing;
  private boolean stepping;

  StoreMachine(World world, String name) {
    this.world = world;
    this.machine = new Machine(name, world.scheduler());
    this.stores = new SimPods(world.net(), machine, world.stores());
    this.store = open(world, name, stores);
    machine.serve(World.guarded(store.services()));
    machine.afterEach(this::afterEvent);
    machine.onDeath(store::crash);
    store.chores().forEach(this::schedule);
    mend();
    cool(0, COOL);
  }

  private static SteppedStore open(World world, String name, SimPods stores) {
    return SteppedStore.open(
        config(name),
        world.database().database(),
        () -> world.database().next(name),
        stores,
        Optional.of(world.cold().of(name)),
        world.clock(),
        () -> TimeUnit.MICROSECONDS.toNanos(world.scheduler().now()),
        new Random(world.random().nextLong()));
  }

  static StoreConfig config(String name) {
    return StoreConfig.defaults(Path.of(""), List.of(Person.SERVER))
        .named(name)
        .cold(COLD_AFTER, Duration.ofHours(1));
  }

  private void schedule(Chore chore) {
    long every = TimeUnit.NANOSECONDS.toMicros(chore.every().toNanos());
    machine.after(
        every,
        () -> {
          chore.work().run();
          schedule(chore);
        });
  }

  /// Moves what has lain for a while, one step at a time: anything may happen between two.
  private void cool(int person, long pause) {
    machine.after(
        pause + world.random().nextLong(pause),
        () -> {
          int bucket = world.persons().get(person).id.bucket();
          boolean more = store.cool(bucket);
          if (more) {
            cool(person, Math.max(COOL_STEP, world.cold().answersTake()));
          } else {
            store.deleteLoose(bucket, COLD_PATIENCE);
            store.finishEndings(bucket);
            cool((person + 1) % world.persons().size(), COOL);
          }
        });
  }

  /// What an event has queued is committed together with what else comes until then.
  private void afterEvent() {
    if (store.isDead() || world.cold().hasKilled(machine.name())) {
      machine.kill();
      return;
    }
    if (stepping) {
      stepping = false;
      return;
    }
    if (stepComing) {
      return;
    }
    stepComing = true;
    machine.after(SHORTEST_COMMIT + world.random().nextLong(LONGEST_COMMIT), this::step);
  }

  private void step() {
    stepComing = false;
    stepping = true;
    while (store.step()) {
      // What it led to is done, too.
    }
  }

  /// Ends doubts also when nobody writes.
  private void mend() {
    machine.after(
        MEND,
        () -> {
          store.step();
          mend();
        });
  }

  @Override
  public Machine machine() {
    return machine;
  }

  @Override
  public List<SimPods> lists() {
    return List.of(stores);
  }

  @Override
  public void leave(Runnable gone) {
    store.leave();
    machine.after(
        LEAVING,
        () -> {
          store.close();
          gone.run();
        });
  }
}
