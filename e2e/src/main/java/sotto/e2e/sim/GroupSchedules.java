package sotto.e2e.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/// The schedules of groups (protocol L6, decision 0021): a group of eight and one of three.
final class GroupSchedules {
  private static final long S = Scheduler.SECOND;
  private static final long MS = Scheduler.MILLI;
  private static final int PEOPLE = 8;

  static final List<Schedules.Schedule> ALL =
      List.of(
          of(
              "stores die in the middle of fan-outs",
              turns(turn -> new Fault.Kill("store-" + turn % 3, S))),
          of(
              "relays die in the middle of fan-outs",
              turns(turn -> new Fault.Kill("relay-" + turn % 3, S))),
          of(
              "commits of fan-outs are lost, or their answers",
              turns(turn -> new Fault.UnknownCommit("store-" + turn % 3, turn % 2 == 0))),
          of(
              "stores die before and behind the commits of fan-outs",
              turns(turn -> new Fault.CrashInCommit("store-" + turn % 3, turn % 2 == 0))),
          of(
              "senders die in the middle of fan-outs",
              turns(turn -> new Fault.KillClient(turn % PEOPLE, S / 2))),
          of(
              "devices of members come and go while all write",
              turns(turn ->
                  turn % 3 == 2
                      ? new Fault.RemoveDevice(turn % 4)
                      : new Fault.AddDevice(turn % 4))),
          of("a member's owner is not reached by a relay", cutOff()),
          of("members come and go while all write", changes(turn -> new Fault.Delay(100 * MS, S))),
          of(
              "relays die before all are told of a change",
              changes(turn -> new Fault.Kill("relay-" + turn % 3, S))),
          of(
              "stores die while a change is applied",
              changes(turn -> new Fault.CrashInCommit("store-" + turn % 3, turn % 2 == 0))),
          of(
              "authors die before they hear that a change is applied",
              changes(turn -> new Fault.KillClient(turn % 3, S / 2))),
          of("the owner of a group wakes after another has changed it", frozen()),
          of(
              "clients go on from what they knew of a group before",
              changes(turn -> new Fault.RestoreClient(turn % PEOPLE, S + 300 * MS))));

  private GroupSchedules() {}

  private static Schedules.Schedule of(String what, List<Schedules.Timed> faults) {
    return new Schedules.Schedule("L6", what, PEOPLE, faults);
  }

  private static List<Schedules.Timed> founded() {
    var all = new ArrayList<Schedules.Timed>();
    all.add(at(0, new Fault.FoundGroup(0, PEOPLE)));
    all.add(at(100 * MS, new Fault.FoundGroup(1, 3)));
    return all;
  }

  /// Two seconds after two seconds some write at once; what goes wrong does so some milliseconds
  /// later.
  private static List<Schedules.Timed> turns(IntFunction<Fault> wrong) {
    var all = founded();
    for (int turn = 1; turn < 14; turn++) {
      long when = 2 * S * turn;
      all.addAll(writes(turn, when));
      all.add(at(when + turn % 7 * MS, wrong.apply(turn)));
      all.addAll(writes(turn + 3, when + 500 * MS));
    }
    return all;
  }

  private static List<Schedules.Timed> writes(int turn, long when) {
    var all = new ArrayList<Schedules.Timed>();
    for (int i = 0; i < 4; i++) {
      all.add(at(when + i * MS / 2, new Fault.WriteToGroup((turn + i) % PEOPLE, i % 2, 2)));
    }
    return all;
  }

  /// Owner and another change a group at once, and some write to it.
  private static List<Schedules.Timed> changes(IntFunction<Fault> wrong) {
    var all = founded();
    for (int turn = 1; turn < 14; turn++) {
      long when = 2 * S * turn;
      int group = turn % 2;
      all.add(at(when, new Fault.ChangeGroup(group, group)));
      all.add(at(when + turn % 3 * MS, new Fault.ChangeGroup((group + turn) % PEOPLE, group)));
      all.addAll(writes(turn, when + 2 * MS));
      all.add(at(when + (2 + turn % 7) * MS, wrong.apply(turn)));
      all.addAll(writes(turn + 3, when + 400 * MS));
      all.add(at(when + 900 * MS, new Fault.ChangeGroup(group, group)));
    }
    return all;
  }

  private static List<Schedules.Timed> cutOff() {
    var all = turns(turn -> new Fault.ChangeGroup(0, 0));
    for (int relay = 0; relay < 3; relay++) {
      all.add(at((3 + 7L * relay) * S, cut(relay, relay, 9)));
      all.add(at((5 + 7L * relay) * S, cut((relay + 1) % 3, relay, 12)));
    }
    return all;
  }

  private static Fault cut(int relay, int store, int seconds) {
    return new Fault.Partition("relay-" + relay, "store-" + store, seconds * S);
  }

  private static List<Schedules.Timed> frozen() {
    var all = changes(turn -> new Fault.ChangeGroup(1, 1));
    all.add(at(3 * S, new Fault.Pause("store-0", 14 * S)));
    all.add(at(9 * S, new Fault.Pause("store-1", 13 * S)));
    all.add(at(14 * S, new Fault.Pause("store-2", 12 * S)));
    return all;
  }

  private static Schedules.Timed at(long micros, Fault fault) {
    return new Schedules.Timed(micros, fault);
  }
}
