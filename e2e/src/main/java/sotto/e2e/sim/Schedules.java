package sotto.e2e.sim;

import java.util.ArrayList;
import java.util.List;
import sotto.store.testing.ColdFault;

/// The schedules that docs/protocol names: what broke, or would break, without a rule. Each is run
/// before the random seeds, in a world that is otherwise well.
final class Schedules {
  private static final long S = Scheduler.SECOND;
  private static final World.Size MESH = new World.Size(3, 3, 2);

  /// One schedule.
  ///
  /// @param rule as docs/protocol letters it
  /// @param what in words
  /// @param persons who are there
  record Schedule(String rule, String what, int persons, List<Timed> faults) {
    private Schedule(String rule, String what, List<Timed> faults) {
      this(rule, what, Simulation.FEW, faults);
    }
  }

  /// @param at microseconds from the start
  record Timed(long at, Fault fault) {}

  private static final List<Schedule> ALL =
      List.of(
          of(
              "B2",
              "a frozen owner wakes after another took over",
              at(5, new Fault.Pause("store-0", 20 * S))),
          of(
              "B3",
              "two relays with different pod lists",
              at(3, new Fault.OtherPods("relay-0", "store", 24 * S)),
              at(4, new Fault.OtherPods("relay-1", "store", 22 * S))),
          of(
              "B3",
              "stores with different pod lists hand over to and fro",
              at(2, new Fault.OtherPods("store-0", "store", 26 * S)),
              at(3, new Fault.OtherPods("store-1", "store", 24 * S))),
          of(
              "B3",
              "the owner answers the other pods, and a relay not",
              at(4, new Fault.Partition("relay-0", "store-0", 22 * S)),
              at(5, new Fault.Partition("relay-1", "store-1", 20 * S))),
          of(
              "B3",
              "an owner leaves, and comes back",
              at(5, new Fault.Leave("store-0", 2 * S)),
              at(12, new Fault.Leave("store-1", 2 * S))),
          of(
              "B5",
              "commits of unknown outcome, done and not done",
              at(3, new Fault.UnknownCommit("store-0", true)),
              at(4, new Fault.UnknownCommit("store-1", false)),
              at(6, new Fault.UnknownCommit("store-2", true)),
              at(9, new Fault.UnknownCommit("store-0", false)),
              at(12, new Fault.UnknownCommit("store-1", true))),
          of(
              "B6",
              "a woken owner must not refuse: a device is added while it sleeps",
              at(4, new Fault.Pause("store-0", 18 * S)),
              at(5, new Fault.Pause("store-1", 18 * S)),
              at(17, new Fault.AddDevice(1)),
              at(18, new Fault.AddDevice(2))),
          of(
              "G3",
              "a store dies before and behind its commit",
              at(4, new Fault.CrashInCommit("store-0", true)),
              at(8, new Fault.CrashInCommit("store-1", false)),
              at(14, new Fault.CrashInCommit("store-2", true))),
          of(
              "P1",
              "a takeover loses the forward before it",
              at(5, new Fault.Kill("store-0", S)),
              at(5, new Fault.Partition("relay-0", "relay-1", 3 * S)),
              at(9, new Fault.Kill("store-1", S)),
              at(9, new Fault.Partition("relay-1", "relay-2", 3 * S))),
          of(
              "P3",
              "a relay dies between the append and the forward",
              at(4, new Fault.Kill("relay-0", S)),
              at(8, new Fault.Kill("relay-1", S)),
              at(12, new Fault.Kill("relay-2", S))),
          of(
              "P3",
              "relays do not reach each other",
              at(2, new Fault.Partition("relay-0", "relay-1", 26 * S)),
              at(2, new Fault.Partition("relay-1", "relay-2", 26 * S)),
              at(2, new Fault.Partition("relay-0", "relay-2", 26 * S))),
          of(
              "P3",
              "a relay leaves that owes forwards to one it does not reach",
              at(2, new Fault.Partition("relay-0", "relay-1", 24 * S)),
              at(12, new Fault.Leave("relay-0", S)),
              at(20, new Fault.Leave("relay-1", S))),
          of(
              "L1",
              "answers overtake each other while the owner changes",
              at(2, new Fault.Delay(300 * Scheduler.MILLI, 25 * S)),
              at(5, new Fault.Kill("store-0", S)),
              at(12, new Fault.Leave("store-1", S)),
              at(18, new Fault.Pause("store-2", 5 * S))),
          of(
              "L1",
              "a device is added while the lanes to its account are full",
              at(5, new Fault.AddDevice(1)),
              new Timed(5 * S + 6_000, new Fault.Flood(1, 30)),
              new Timed(5 * S + 9_000, new Fault.Flood(1, 30)),
              new Timed(5 * S + 12_000, new Fault.Flood(1, 30)),
              new Timed(5 * S + 16_000, new Fault.Flood(1, 30))),
          of(
              "C1",
              "a client goes on from last week's store",
              at(6, new Fault.RestoreClient(0, 8 * S)),
              at(7, new Fault.RestoreClient(1, 6 * S))),
          of(
              "C3",
              "a device comes and goes while its owner dies",
              at(3, new Fault.AddDevice(0)),
              at(3, new Fault.AddDevice(1)),
              at(10, new Fault.Kill("store-0", S)),
              at(11, new Fault.RemoveDevice(0)),
              at(12, new Fault.Kill("store-1", S)),
              at(13, new Fault.RemoveDevice(1))),
          of(
              "C3",
              "a device is removed while all others write to it",
              at(3, new Fault.AddDevice(1)),
              new Timed(8 * S, new Fault.Flood(1, 30)),
              new Timed(8 * S + 5_000, new Fault.RemoveDevice(1)),
              new Timed(8 * S + 9_000, new Fault.Flood(1, 30))),
          of(
              "A1",
              "an account is restored and its devices are removed, while its owner dies",
              at(3, new Fault.AddDevice(0)),
              at(6, new Fault.RecoverAccount(0)),
              at(6, new Fault.Kill("store-0", S)),
              at(7, new Fault.Flood(0, 20)),
              at(7, new Fault.Kill("store-1", S)),
              at(15, new Fault.AddDevice(0)),
              at(18, new Fault.RecoverAccount(0))),
          of(
              "A4",
              "an account ends while all write to it and its owner dies",
              at(3, new Fault.AddDevice(1)),
              new Timed(7 * S, new Fault.Flood(1, 30)),
              new Timed(7 * S + 5_000, new Fault.DeleteAccount(1)),
              new Timed(7 * S + 6_000, new Fault.CrashInCommit("store-0", true)),
              new Timed(7 * S + 6_000, new Fault.CrashInCommit("store-1", true)),
              new Timed(7 * S + 6_000, new Fault.CrashInCommit("store-2", true)),
              at(8, new Fault.Flood(1, 30))),
          new Schedule("L1", "commits are lost while lanes are full", lostUnderLoad()),
          new Schedule("C4", "messages come while their device connects", reconnects()),
          of(
              "C4",
              "presence pods come and go",
              at(3, new Fault.OtherPods("relay-0", "presence", 10 * S)),
              at(6, new Fault.Kill("presence-0", 2 * S)),
              at(14, new Fault.OtherPods("relay-1", "presence", 10 * S)),
              at(16, new Fault.Kill("presence-1", 2 * S))),
          of(
              "G9",
              "a relay loses its leases and does not know it",
              at(3, new Fault.Partition("relay-0", "presence-0", 25 * S)),
              at(3, new Fault.Partition("relay-0", "presence-1", 25 * S))),
          of(
              "G9",
              "a frozen relay is believed to be where it is not",
              at(4, new Fault.Pause("relay-0", 20 * S)),
              at(6, new Fault.KillClient(0, S)),
              at(6, new Fault.KillClient(1, S))),
          of(
              "G7",
              "clients that read nothing",
              at(2, new Fault.SlowClient(0, 20 * S)),
              at(4, new Fault.Flood(0, 60)),
              at(3, new Fault.SlowClient(1, 20 * S))),
          of(
              "P4",
              "rows move while they are read",
              at(3, new Fault.SlowClient(0, 6 * S)),
              at(4, new Fault.Flood(0, 60)),
              at(12, new Fault.SlowClient(1, 6 * S)),
              at(13, new Fault.Flood(1, 60)),
              at(14, new Fault.Kill("relay-0", S)),
              at(16, new Fault.Kill("relay-1", S))),
          of(
              "P4",
              "cold positions are acked while commits are lost and stores die",
              at(2, new Fault.KillClient(0, 5 * S)),
              at(2, new Fault.KillClient(1, 6 * S)),
              at(3, new Fault.Flood(0, 12)),
              at(3, new Fault.Flood(1, 12)),
              new Timed(7 * S + 10_000, new Fault.UnknownCommit("store-0", true)),
              new Timed(7 * S + 10_000, new Fault.UnknownCommit("store-1", false)),
              new Timed(7 * S + 10_000, new Fault.CrashInCommit("store-2", true)),
              new Timed(8 * S + 10_000, new Fault.CrashInCommit("store-0", false)),
              new Timed(8 * S + 10_000, new Fault.CrashInCommit("store-1", true)),
              at(14, new Fault.KillClient(2, 6 * S)),
              at(15, new Fault.Flood(2, 20)),
              at(20, new Fault.Leave("store-0", S)),
              at(20, new Fault.Pause("store-1", 8 * S))),
          new Schedule("P4", "owners change while segments move", ownersChange()),
          new Schedule("P4", "what is cold is sent again", lateRetries()),
          new Schedule("P4", "stores die in every call to the blob store", deadlyCalls()),
          of(
              "P4",
              "the blob store does not answer, and answers are lost and late",
              at(2, new Fault.KillClient(0, 9 * S)),
              at(3, new Fault.Flood(0, 30)),
              at(3, new Fault.ColdTrouble("store-0", ColdFault.LATE, 8 * S)),
              at(3, new Fault.ColdTrouble("store-1", ColdFault.LOST_ANSWER, 8 * S)),
              at(3, new Fault.ColdTrouble("store-2", ColdFault.UNAVAILABLE, 8 * S)),
              at(14, new Fault.KillClient(1, 6 * S)),
              at(15, new Fault.Flood(1, 30)),
              at(19, new Fault.ColdTrouble("store-0", ColdFault.UNAVAILABLE, 8 * S)),
              at(19, new Fault.ColdTrouble("store-1", ColdFault.UNAVAILABLE, 8 * S)),
              at(19, new Fault.ColdTrouble("store-2", ColdFault.UNAVAILABLE, 8 * S))),
          new Schedule("P4", "slow moves are given up by others", slowMoves()),
          of(
              "P4",
              "cold blobs are unreadable for a while",
              at(2, new Fault.KillClient(0, 5 * S)),
              at(2, new Fault.KillClient(1, 9 * S)),
              at(3, new Fault.Flood(0, 12)),
              at(3, new Fault.Flood(1, 12)),
              at(6, new Fault.Unreadable(SimCold.Blemish.GONE, 7 * S)),
              at(8, new Fault.Flood(0, 6)),
              at(15, new Fault.KillClient(2, 3 * S)),
              new Timed(15 * S + 20_000, new Fault.Flood(2, 12)),
              at(17, new Fault.Unreadable(SimCold.Blemish.DAMAGED, 3 * S)),
              at(22, new Fault.KillClient(0, 3 * S)),
              new Timed(22 * S + 20_000, new Fault.Flood(0, 12)),
              at(24, new Fault.Unreadable(SimCold.Blemish.FAILING, 4 * S))),
          new Schedule("0013", "the blob service dies while files are sent", brokenUploads()),
          of(
              "G6",
              "everything dies once",
              at(3, new Fault.Kill("store-0", S)),
              at(6, new Fault.Kill("store-1", S)),
              at(9, new Fault.Kill("relay-0", S)),
              at(12, new Fault.Kill("presence-0", S)),
              at(15, new Fault.Kill("relay-1", S)),
              at(18, new Fault.Kill("presence-1", S)),
              at(21, new Fault.Kill("store-2", S)),
              at(24, new Fault.Kill("relay-2", S))));

  static final int COUNT = ALL.size() + GroupSchedules.ALL.size();

  private Schedules() {}

  private static List<Timed> lostUnderLoad() {
    var all = new ArrayList<Timed>();
    for (int second = 3; second < 28; second += 2) {
      for (int i = 0; i < 10; i++) {
        long at = second * S + 3L * i * Scheduler.MILLI;
        all.add(new Timed(at, new Fault.Flood(1, 9)));
        if (i % 3 == 1) {
          for (int store = 0; store < MESH.stores(); store++) {
            all.add(new Timed(at, new Fault.UnknownCommit("store-" + store, false)));
          }
        }
      }
    }
    return all;
  }

  private static List<Timed> ownersChange() {
    var all = new ArrayList<Timed>();
    for (int second = 2; second < 28; second += 4) {
      int client = second / 4 % 3;
      all.add(at(second, new Fault.KillClient(client, 3 * S)));
      all.add(new Timed(second * S + 20_000, new Fault.Flood(client, 15)));
      var store = "store-" + second / 4 % MESH.stores();
      long when = second * S + 900 * Scheduler.MILLI;
      all.add(
          new Timed(
              when,
              switch (second / 4 % 3) {
                case 0 -> new Fault.Leave(store, S);
                case 1 -> new Fault.Pause(store, 13 * S);
                default -> new Fault.Kill(store, S);
              }));
    }
    return all;
  }

  /// The recipient is away, and senders die before they hear that what they sent is stored.
  private static List<Timed> lateRetries() {
    var all = new ArrayList<Timed>();
    for (int second = 2; second < 28; second += 5) {
      all.add(at(second, new Fault.KillClient(1, 4 * S)));
      for (int i = 0; i < 4; i++) {
        long when = second * S + (10L + 40L * i) * Scheduler.MILLI;
        all.add(new Timed(when, new Fault.Flood(1, 6)));
        for (int sender = 2; sender < 4; sender++) {
          all.add(
              new Timed(
                  when + (5L + 2L * i) * Scheduler.MILLI, new Fault.KillClient(sender, 2 * S)));
        }
      }
    }
    return all;
  }

  private static List<Timed> deadlyCalls() {
    var all = new ArrayList<Timed>();
    for (int second = 2; second < 28; second += 2) {
      all.add(at(second, new Fault.KillClient(second / 2 % 4, 1_500 * Scheduler.MILLI)));
      all.add(new Timed(second * S + 20_000, new Fault.Flood(second / 2 % 4, 6)));
      for (int store = 0; store < MESH.stores(); store++) {
        all.add(
            new Timed(
                second * S + 600 * Scheduler.MILLI + 30L * store * Scheduler.MILLI,
                new Fault.CrashInColdCall("store-" + store, second / 2 % 2 == 0)));
      }
    }
    return all;
  }

  private static List<Timed> slowMoves() {
    var all = new ArrayList<Timed>();
    all.add(at(1, new Fault.SlowBlobs(1_500 * Scheduler.MILLI, 25 * S)));
    for (int second = 2; second < 28; second += 5) {
      int client = second / 5 % 4;
      all.add(at(second, new Fault.KillClient(client, 6 * S)));
      all.add(new Timed(second * S + 20_000, new Fault.Flood(client, 12)));
      var store = "store-" + second / 5 % MESH.stores();
      all.add(at(second + 2, new Fault.Pause(store, 13 * S)));
      all.add(at(second + 3, new Fault.CrashBeforePointer(store)));
    }
    return all;
  }

  private static List<Timed> brokenUploads() {
    var all = new ArrayList<Timed>();
    for (int second = 2; second < 26; second += 3) {
      all.add(at(second, new Fault.SendFiles(second % 4, 2 + second % 7)));
      all.add(new Timed(second * S + 30_000, new Fault.Kill(BlobMachine.NAME, 300_000)));
      all.add(new Timed(second * S + 50_000, new Fault.KillClient(second % 4, 700_000)));
      all.add(new Timed(second * S + 790_000, new Fault.Kill(BlobMachine.NAME, 200_000)));
      if (second % 2 == 0) {
        all.add(new Timed(second * S + 850_000, new Fault.LoseUploads()));
      }
    }
    all.add(at(25, new Fault.Pause(BlobMachine.NAME, 12 * S)));
    return all;
  }

  private static List<Timed> reconnects() {
    var all = new ArrayList<Timed>();
    for (int second = 3; second < 28; second++) {
      all.add(at(second, new Fault.KillClient(0, 20 * Scheduler.MILLI)));
      for (int i = 0; i < 8; i++) {
        all.add(new Timed(second * S + (22L + 2L * i) * Scheduler.MILLI, new Fault.Flood(0, 1)));
      }
    }
    return all;
  }

  private static Schedule of(String rule, String what, Timed... faults) {
    return new Schedule(rule, what, List.of(faults));
  }

  private static Timed at(long second, Fault fault) {
    return new Timed(second * S, fault);
  }

  /// One of them, ready to run.
  static Simulation get(int number, SimDatabase database, List<Person> persons) {
    var schedule =
        number < ALL.size() ? ALL.get(number) : GroupSchedules.ALL.get(number - ALL.size());
    return Simulation.fixed(
        schedule.rule() + ", " + schedule.what(),
        -1 - number,
        MESH,
        schedule.faults(),
        database,
        persons.subList(0, schedule.persons()));
  }
}
