package sotto.e2e.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import sotto.group.GroupId;
import sotto.store.testing.ColdFault;
import sotto.store.testing.CommitFault;

/// Lets faults loose on a world, and undoes them.
final class Script {
  private static final int LARGE = 60 << 10;
  private static final List<ColdFault> TROUBLES =
      List.of(ColdFault.UNAVAILABLE, ColdFault.LOST_ANSWER, ColdFault.LATE);

  private static final List<SimCold.Blemish> BLEMISHES = List.of(SimCold.Blemish.values());

  private final World world;
  private final List<String> log = new ArrayList<>();

  Script(World world) {
    this.world = world;
  }

  /// Schedules one fault.
  void at(long micros, Fault fault) {
    world.scheduler().after(micros, () -> apply(fault));
  }

  /// What was done so far, a line each.
  List<String> log() {
    return log;
  }

  private void apply(Fault fault) {
    log.add(String.format("%8.3f s  %s", world.scheduler().now() / 1e6, fault));
    world.note(fault.toString());
    switch (fault) {
      case Fault.Kill(String machine, long down) -> {
        world.process(machine).machine().kill();
        later(down, () -> world.start(machine));
      }
      case Fault.Leave(String machine, long down) -> {
        var process = world.process(machine);
        process
            .machine()
            .run(() ->
                process.leave(() -> {
                  process.machine().kill();
                  later(down, () -> world.start(machine));
                }));
      }
      case Fault.Pause(String machine, long time) -> {
        var paused = world.process(machine).machine();
        world.net().pause(paused);
        later(time, paused::resume);
      }
      case Fault.Partition(String one, String other, long time) -> {
        world.net().cut(one, other);
        later(time, () -> world.net().mend(one, other));
      }
      case Fault.Delay(long longest, long time) -> {
        world.net().delays(longest);
        later(time, () -> world.net().delays(2 * Scheduler.MILLI));
      }
      case Fault.UnknownCommit(String store, boolean stored) ->
          world
              .database()
              .failNext(store, stored ? CommitFault.LOST_AFTER : CommitFault.LOST_BEFORE);
      case Fault.CrashInCommit(String store, boolean stored) ->
          world
              .database()
              .failNext(store, stored ? CommitFault.CRASH_AFTER : CommitFault.CRASH_BEFORE);
      case Fault.ColdTrouble(String store, ColdFault coldFault, long time) -> {
        world.cold().fail(store, coldFault);
        later(time, () -> world.cold().fail(store, ColdFault.NONE));
      }
      case Fault.CrashInColdCall(String store, boolean done) ->
          world.cold().failNext(store, done ? ColdFault.CRASH_AFTER : ColdFault.CRASH_BEFORE);
      case Fault.CrashBeforePointer(String store) -> world.cold().killBehindReadBack(store);
      case Fault.SlowBlobs(long longest, long time) -> {
        world.cold().slow(longest);
        later(time, () -> world.cold().slow(0));
      }
      case Fault.Unreadable(SimCold.Blemish how, long time) -> {
        var spoiled = world.cold().spoil(how);
        later(time, () -> world.cold().restore(spoiled));
      }
      case Fault.LoseUploads _ -> world.blobs().loseUnfinished();
      case Fault.SendFiles(int client, int parts) -> {
        var sender = client(client);
        world.persons().stream()
            .filter(person -> !person.id.equals(sender.self().account()))
            .forEach(person -> sender.sendFile(person.id, parts));
      }
      case Fault.FoundGroup(int person, int members) -> {
        var persons = world.persons();
        var others =
            IntStream.range(1, members)
                .mapToObj(i -> persons.get((person + i) % persons.size()).id)
                .toList();
        someClient(person).ifPresent(client -> client.found(others));
      }
      case Fault.WriteToGroup(int person, int group, int messages) ->
          someClient(person)
              .ifPresent(client ->
                  group(group)
                      .ifPresent(
                          id -> IntStream.range(0, messages).forEach(_ -> client.write(id))));
      case Fault.ChangeGroup(int person, int group) ->
          someClient(person).ifPresent(client -> group(group).ifPresent(client::change));
      case Fault.OtherPods(String machine, String service, long time) -> {
        var names = service.equals("store") ? world.stores() : world.presence();
        var process = world.process(machine);
        if (names.size() < 2 || process.lists().isEmpty()) {
          return;
        }
        var list = process.lists().get(service.equals("store") ? 0 : process.lists().size() - 1);
        var fewer = new ArrayList<>(names);
        fewer.remove(world.random().nextInt(fewer.size()));
        list.become(fewer);
        later(time, () -> list.become(names));
      }
      case Fault.SlowClient(int client, long time) -> {
        var slow = client(client);
        slow.slow(true);
        later(time, () -> slow.slow(false));
      }
      case Fault.Flood(int client, int messages) -> {
        var flooded = client(client).self().account();
        for (int i = 0; i < messages; i++) {
          var sender = client(client + 1 + i % (world.persons().size() - 1));
          if (!sender.self().account().equals(flooded)) {
            sender.send(flooded, LARGE);
          }
        }
      }
      case Fault.KillClient(int client, long down) -> {
        var killed = client(client);
        killed.kill();
        later(down, killed::start);
      }
      case Fault.RestoreClient(int client, long after) -> {
        var restored = client(client);
        restored.backUp();
        later(after, restored::restore);
      }
      case Fault.AddDevice(int person) -> devices(person).add();
      case Fault.RemoveDevice(int person) -> devices(person).remove();
      case Fault.RecoverAccount(int person) -> devices(person).recover();
      case Fault.DeleteAccount(int person) -> devices(person).delete();
    }
  }

  private Optional<SimClient> someClient(int person) {
    return world.someClientOf(world.persons().get(person));
  }

  private Optional<GroupId> group(int index) {
    var groups = world.groups();
    return groups.isEmpty() ? Optional.empty() : Optional.of(groups.get(index % groups.size()));
  }

  private Devices devices(int person) {
    return world.devices(world.persons().get(person));
  }

  private SimClient client(int index) {
    return world.clients().get(index % world.clients().size());
  }

  private void later(long micros, Runnable task) {
    world.scheduler().after(micros, task);
  }

  /// Undoes what is not undone: all run, all reach each other, all are told the same.
  void heal() {
    log.add(String.format("%8.3f s  all is mended", world.scheduler().now() / 1e6));
    world.net().mendAll();
    world.net().delays(2 * Scheduler.MILLI);
    world.database().failNone();
    world.cold().heal();
    for (var process : world.processes()) {
      process.machine().resume();
      if (!process.machine().alive()) {
        world.start(process.machine().name());
      }
    }
    for (var process : world.processes()) {
      var lists = process.lists();
      if (!lists.isEmpty()) {
        lists.getFirst().become(world.stores());
        if (lists.size() > 1) {
          lists.getLast().become(world.presence());
        }
      }
    }
    world.clients().forEach(client -> client.slow(false));
  }

  /// A random fault.
  static Fault random(World world, Random random) {
    long some = 200 * Scheduler.MILLI + random.nextLong(4 * Scheduler.SECOND);
    long longer = random.nextLong(25 * Scheduler.SECOND);
    var all = new ArrayList<>(world.relays());
    all.addAll(world.stores());
    all.addAll(world.presence());
    var machine = all.get(random.nextInt(all.size()));
    var other = all.get(random.nextInt(all.size()));
    var store = world.stores().get(random.nextInt(world.stores().size()));
    int client = random.nextInt(world.persons().size());
    return switch (random.nextInt(23)) {
      case 0, 1 -> new Fault.Kill(machine, some);
      case 2 -> new Fault.Leave(machine, some);
      case 3, 4 -> new Fault.Pause(machine, longer);
      case 5, 6 -> new Fault.Partition(machine, other, longer);
      case 7 -> new Fault.Delay(300 * Scheduler.MILLI, some);
      case 8 -> new Fault.UnknownCommit(store, random.nextBoolean());
      case 9 -> new Fault.CrashInCommit(store, random.nextBoolean());
      case 10 -> new Fault.OtherPods(machine, random.nextBoolean() ? "store" : "presence", longer);
      case 11 -> new Fault.SlowClient(client, some);
      case 12 -> new Fault.KillClient(client, some);
      case 13 -> new Fault.RestoreClient(client, some);
      case 14, 18, 19 -> new Fault.AddDevice(client);
      case 15, 16 -> new Fault.ColdTrouble(store, TROUBLES.get(random.nextInt(3)), longer);
      case 17 -> new Fault.CrashInColdCall(store, random.nextBoolean());
      case 20 -> new Fault.RecoverAccount(client);
      case 21 -> new Fault.DeleteAccount(client);
      default -> new Fault.RemoveDevice(client);
    };
  }

  /// A random fault of the blob service, or files that are sent.
  static Fault ofBlobs(World world, Random random) {
    long some = 200 * Scheduler.MILLI + random.nextLong(4 * Scheduler.SECOND);
    long longer = random.nextLong(25 * Scheduler.SECOND);
    var store = world.stores().get(random.nextInt(world.stores().size()));
    int client = random.nextInt(world.persons().size());
    return switch (random.nextInt(12)) {
      case 0, 1 -> new Fault.Kill(BlobMachine.NAME, some);
      case 2 -> new Fault.Pause(BlobMachine.NAME, longer);
      case 3 -> new Fault.Partition(store, BlobMachine.NAME, longer);
      case 4 -> new Fault.SlowBlobs(some, longer);
      case 5 -> new Fault.CrashBeforePointer(store);
      case 6, 7 -> new Fault.Unreadable(BLEMISHES.get(random.nextInt(BLEMISHES.size())), longer);
      case 8 -> new Fault.LoseUploads();
      default -> new Fault.SendFiles(client, 1 + random.nextInt(8));
    };
  }
}
