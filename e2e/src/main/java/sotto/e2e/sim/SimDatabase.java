package sotto.e2e.sim;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.mesh.Pods;
import sotto.store.SteppedStore;
import sotto.store.testing.CommitFault;
import sotto.store.testing.MemoryDatabase;

/// The database that the store pods of a run share, and what of it must hold after every commit.
final class SimDatabase implements AutoCloseable {
  private final MemoryDatabase database;
  private final Map<String, CommitFault> faults = new HashMap<>();
  private final Map<DeviceAddress, Long> highest = new HashMap<>();

  private record Stored(DeviceAddress device, long position, long message) {}

  private SimDatabase(MemoryDatabase database) {
    this.database = database;
  }

  /// One in which persons have registered.
  static SimDatabase with(List<Person> persons) {
    var made = new SimDatabase(MemoryDatabase.open());
    var clock = Clock.fixed(Instant.ofEpochMilli(SimClock.START), ZoneOffset.UTC);
    try (var pod =
        SteppedStore.open(
            StoreMachine.config("first"),
            made.database,
            () -> CommitFault.NONE,
            Pods.none(),
            Optional.empty(),
            clock,
            () -> 0,
            new Random(1))) {
      Registrar.register(pod.services(), persons);
    }
    made.database.remember();
    return made;
  }

  MemoryDatabase database() {
    return database;
  }

  /// Forgets all but the persons.
  void reset() {
    faults.clear();
    highest.clear();
    seen.clear();
    database.reset();
  }

  /// The next commit of a pod goes wrong so.
  void failNext(String store, CommitFault fault) {
    faults.put(store, fault);
  }

  /// No commit goes wrong any more.
  void failNone() {
    faults.clear();
  }

  CommitFault next(String store) {
    var fault = faults.remove(store);
    return fault == null ? CommitFault.NONE : fault;
  }

  long commits() {
    return database.commits();
  }

  /// What must hold now: what was accepted and not acked is there (G1, G2), no message is there
  /// twice for a device (G3), none for one that was removed (B7), and no row has appeared below one
  /// that could be read before (P1, B5). What lies in segments is there like the rest (P4).
  void check(Ledger ledger, SimCold cold) {
    ledger.groups().history().look(database);
    var rows =
        new ArrayList<>(
            database.mails().stream()
                .map(mail ->
                    new Stored(mail.device(), mail.position(), SimClient.message(mail.envelope())))
                .toList());
    for (var mail : database.coldMails()) {
      rows.add(new Stored(mail.device(), mail.position(), cold.message(mail)));
    }
    var there = new HashMap<DeviceAddress, Set<Long>>();
    for (var row : rows) {
      if (ledger.isFormer(row.device)) {
        throw new Violation(
            "B7", "message " + row.message + " is for " + row.device + ", which was removed");
      }
      if (!there.computeIfAbsent(row.device, _ -> new HashSet<>()).add(row.message)) {
        throw new Violation(
            "G3", "message " + row.message + " is twice in the mailbox of " + row.device);
      }
      if (ledger.groups().knows(row.message)) {
        ledger.groups().stored(row.message, row.device);
      }
    }
    checkPositions(rows);
    ledger
        .outstanding()
        .forEach((message, devices) ->
            devices.forEach(device -> {
              if (!there.getOrDefault(device, Set.of()).contains(message)) {
                throw new Violation(
                    "G1", "accepted message " + message + " is not in the mailbox of " + device);
              }
            }));
  }

  /// Whether mailboxes of these accounts hold anything.
  boolean holdsAnyOf(Set<AccountId> accounts) {
    return !accounts.isEmpty()
        && (database.mails().stream().anyMatch(mail -> accounts.contains(mail.device().account()))
            || database.coldMails().stream()
                .anyMatch(mail -> accounts.contains(mail.device().account())));
  }

  /// What must hold in the end of accounts that have ended: nothing of their mailboxes is left.
  void checkEnded(Set<AccountId> accounts) {
    if (holdsAnyOf(accounts)) {
      throw new Violation("A4", "an account has ended, and its mailboxes hold something");
    }
  }

  private final Set<Stored> seen = new HashSet<>();

  private void checkPositions(List<Stored> rows) {
    var before = Map.copyOf(highest);
    for (var row : rows) {
      if (seen.add(row) && row.position <= before.getOrDefault(row.device, 0L)) {
        throw new Violation(
            "P1",
            "position " + row.position + " of " + row.device + " appears below what could be read");
      }
      highest.merge(row.device, row.position, Math::max);
    }
  }

  @Override
  public void close() {
    database.close();
  }
}
