package sotto.e2e.sim;

import java.util.Random;

/// What a seed has people do in groups, and what goes wrong just then.
final class GroupPlay {
  private static final long BEGIN = 1500 * Scheduler.MILLI;
  private static final int MOST_GROUPS = 3;
  private static final int MOST_TURNS = 12;
  private static final int MOST_MESSAGES = 4;
  private static final int MOST_CHANGES = 6;
  private static final int MOST_FAULTS = 6;
  // A frame is under way for some milliseconds.
  private static final long UNDER_WAY = 14 * Scheduler.MILLI;

  private final World world;
  private final Script script;
  private final Random random;
  private final long end;

  /// @param end after which nothing more begins, microseconds
  GroupPlay(World world, Script script, Random random, long end) {
    this.world = world;
    this.script = script;
    this.random = random;
    this.end = end;
  }

  /// Schedules it.
  void play() {
    int persons = world.persons().size();
    int groups = 1 + random.nextInt(MOST_GROUPS);
    for (int group = 0; group < groups; group++) {
      int members = 3 + random.nextInt(persons - 2);
      script.at(random.nextLong(BEGIN / 2), new Fault.FoundGroup(random.nextInt(persons), members));
    }
    int faults = random.nextInt(MOST_FAULTS + 1);
    for (int turn = random.nextInt(MOST_TURNS); turn >= 0; turn--) {
      long at = BEGIN + random.nextLong(end - BEGIN);
      int group = random.nextInt(groups);
      for (int writers = 1 + random.nextInt(3); writers > 0; writers--) {
        script.at(
            at,
            new Fault.WriteToGroup(
                random.nextInt(persons), group, 1 + random.nextInt(MOST_MESSAGES)));
      }
      if (faults-- > 0) {
        script.at(at + random.nextLong(UNDER_WAY), underWay());
      }
    }
    for (int change = random.nextInt(MOST_CHANGES + 1); change > 0; change--) {
      long at = BEGIN + random.nextLong(end - BEGIN);
      int group = random.nextInt(groups);
      for (int authors = 1 + random.nextInt(3); authors > 0; authors--) {
        script.at(at, new Fault.ChangeGroup(random.nextInt(persons), group));
      }
      script.at(
          at + random.nextLong(UNDER_WAY),
          new Fault.WriteToGroup(random.nextInt(persons), group, 1));
      if (random.nextInt(3) == 0) {
        script.at(at + random.nextLong(UNDER_WAY), underWay());
      }
    }
  }

  private Fault underWay() {
    long some = 200 * Scheduler.MILLI + random.nextLong(2 * Scheduler.SECOND);
    var store = world.stores().get(random.nextInt(world.stores().size()));
    var relay = world.relays().get(random.nextInt(world.relays().size()));
    int person = random.nextInt(world.persons().size());
    return switch (random.nextInt(12)) {
      case 0, 1 -> new Fault.Kill(relay, some);
      case 2, 3 -> new Fault.Kill(store, some);
      case 4 -> new Fault.UnknownCommit(store, random.nextBoolean());
      case 5 -> new Fault.CrashInCommit(store, random.nextBoolean());
      case 6 -> new Fault.Leave(random.nextBoolean() ? store : relay, some);
      case 7 -> new Fault.Pause(store, some + random.nextLong(14 * Scheduler.SECOND));
      case 8 -> new Fault.Partition(relay, store, some + random.nextLong(14 * Scheduler.SECOND));
      case 9 -> new Fault.Delay(200 * Scheduler.MILLI, some);
      case 10 ->
          random.nextBoolean() ? new Fault.AddDevice(person) : new Fault.RemoveDevice(person);
      default -> new Fault.KillClient(person, some);
    };
  }
}
