package sotto.e2e.sim;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.group.GroupChange;
import sotto.group.GroupId;

/// What was written to groups and changed in them, what was promised of it for each member, what
/// members saw (protocol L6).
///
/// Messages have numbers from where [Ledger] has its own. Changes have the numbers that their bytes
/// give them, which are below 0.
final class GroupLedger {
  private final GroupHistory history;
  private final Set<DeviceAddress> gone;
  private final Consumer<String> diary;
  private final Map<Long, Written> written = new LinkedHashMap<>();
  private final Map<Long, Made> made = new LinkedHashMap<>();
  private final Map<DeviceAddress, Set<Long>> owed = new LinkedHashMap<>();
  private final Map<DeviceAddress, Set<Long>> shown = new HashMap<>();
  private final Map<DeviceAddress, Set<Long>> excused = new HashMap<>();
  private final Map<Way, Long> last = new HashMap<>();
  private int accepted;
  private int delivered;

  /// The messages of a device to a group, as another device sees them.
  private record Way(DeviceAddress from, GroupId group, DeviceAddress to) {}

  private static final class Written {
    final DeviceAddress from;
    final GroupId group;
    // How many frames may have stored it for a member.
    final Map<AccountId, Integer> possible = new HashMap<>();
    // For whom it was given up, and so may come in any order if it was stored after all.
    final Set<AccountId> givenUp = new HashSet<>();
    boolean forgotten;
    boolean reopened;
    boolean settled;

    Written(DeviceAddress from, GroupId group) {
      this.from = from;
      this.group = group;
    }
  }

  private static final class Made {
    final GroupChange change;
    final DeviceAddress by;
    Optional<Collection<DeviceAddress>> listed = Optional.empty();
    boolean settled;
    boolean forgotten;

    Made(GroupChange change, DeviceAddress by) {
      this.change = change;
      this.by = by;
    }
  }

  /// A frame on its way.
  ///
  /// @param mayStore whether its revision was the group's when it left
  /// @param before the group's revision when it left
  record Frame(long message, long revision, List<AccountId> to, boolean mayStore, long before) {}

  /// @param history what is in the database
  /// @param gone devices that have left their accounts, or are about to
  /// @param diary takes what happens, for people
  GroupLedger(GroupHistory history, Set<DeviceAddress> gone, Consumer<String> diary) {
    this.history = history;
    this.gone = gone;
    this.diary = diary;
  }

  /// A user writes something; it is in the client's store.
  void written(long message, DeviceAddress from, GroupId group) {
    written.put(message, new Written(from, group));
    diary.accept(message + " is written by " + from + " to group " + group);
  }

  /// Whether a message is of a group, or a change.
  boolean knows(long message) {
    return message < 0 || written.containsKey(message);
  }

  private Written of(long message) {
    return Optional.ofNullable(written.get(message)).orElseThrow();
  }

  private Made change(long number) {
    return Optional.ofNullable(made.get(number))
        .orElseThrow(() -> new Violation("0021", "a change that nobody has made"));
  }

  /// A frame leaves.
  Frame leaves(long message, long revision, List<AccountId> to) {
    var entry = of(message);
    long now = history.revision(entry.group);
    if (revision > now) {
      throw new Violation("L6", "a client knows a revision that was never applied");
    }
    if (revision == now) {
      to.forEach(member -> entry.possible.merge(member, 1, Integer::sum));
    }
    return new Frame(message, revision, to, revision == now, now);
  }

  /// A frame was answered so that nothing of it is stored.
  void nothingStored(Frame frame) {
    frame.to.forEach(member -> notStored(frame, member));
  }

  /// A frame was answered so that nothing of it is stored for a member.
  void notStored(Frame frame, AccountId member) {
    if (frame.mayStore) {
      of(frame.message).possible.merge(member, -1, Integer::sum);
    }
  }

  /// A frame was answered *stale*.
  void stale(Frame frame, long revision) {
    if (revision < frame.before || revision == frame.revision) {
      throw new Violation(
          "L6",
          "revision "
              + frame.revision
              + " is stale, says an answer of revision "
              + revision
              + ", and the group was at "
              + frame.before);
    }
    nothingStored(frame);
  }

  /// A frame was refused for good: the sender may not send.
  void refused(Frame frame, String reason) {
    var entry = of(frame.message);
    if (!List.of("NOT_A_MEMBER", "MAY_NOT_SEND").contains(reason)
        || history.maySendSince(entry.group, frame.before, entry.from.account())) {
      throw new Violation("L6", frame.message + " is refused: " + reason);
    }
    nothingStored(frame);
  }

  /// The sender was told *accepted* for a member.
  ///
  /// @param devices that get it
  void accepted(Frame frame, AccountId member, Collection<DeviceAddress> devices) {
    if (!frame.mayStore) {
      throw new Violation(
          "L6",
          frame.message
              + " is accepted at revision "
              + frame.revision
              + ", and the group was at "
              + frame.before
              + " before it left");
    }
    accepted++;
    diary.accept(frame.message + " is accepted for " + devices);
    owe(frame.message, devices, of(frame.message).from);
  }

  private void owe(long message, Collection<DeviceAddress> devices, DeviceAddress by) {
    devices.stream()
        .filter(device -> !device.equals(by) && !gone.contains(device))
        .filter(device -> !of(excused, device).contains(message))
        .filter(device -> !of(shown, device).contains(message))
        .forEach(device -> owed.computeIfAbsent(device, _ -> new TreeSet<>()).add(message));
  }

  private static Set<Long> of(Map<DeviceAddress, Set<Long>> all, DeviceAddress device) {
    return all.getOrDefault(device, Set.of());
  }

  /// A member is no longer sent to.
  void givenUp(long message, AccountId member) {
    of(message).givenUp.add(member);
  }

  /// All members have it, or are given up.
  void settled(long message) {
    of(message).settled = true;
  }

  /// A client has signed a change; it is in its store.
  void made(GroupChange change, DeviceAddress by) {
    made.put(GroupHistory.number(change), new Made(change, by));
    diary.accept(change + " of group " + change.group() + " is made by " + by);
  }

  /// A change leaves.
  ///
  /// @param listed all devices there are
  void changing(GroupChange change, Collection<DeviceAddress> listed) {
    var entry = change(GroupHistory.number(change));
    if (entry.listed.isEmpty()) {
      entry.listed = Optional.of(listed);
    }
  }

  /// The author was told that the change is applied, and all are told of it.
  void changed(GroupChange change) {
    if (!history.has(change)) {
      throw new Violation("0021", change + " is said to be applied, and is not");
    }
    var entry = change(GroupHistory.number(change));
    var told = history.told(change.group(), change.body().revision());
    owe(
        GroupHistory.number(change),
        entry.listed.orElseThrow().stream()
            .filter(device -> told.contains(device.account()))
            .toList(),
        entry.by);
    entry.settled = true;
    diary.accept(change + " is applied");
  }

  /// The author was told that another change was before it.
  void taken(GroupChange change, long revision) {
    if (history.has(change) || revision < change.body().revision()) {
      throw new Violation("0021", change + " is said to be late at revision " + revision);
    }
    change(GroupHistory.number(change)).settled = true;
    diary.accept(change + " is late: the group is at " + revision);
  }

  /// The author was told that the change breaks a rule.
  ///
  /// @param may whether the author may have lost his right to make it
  void changeRefused(GroupChange change, String reason, boolean may) {
    if (!may || history.has(change)) {
      throw new Violation("0021", change + " is refused: " + reason);
    }
    change(GroupHistory.number(change)).settled = true;
  }

  /// The server does not show a group.
  void notFound(GroupId group, AccountId account, long asked) {
    if (asked >= 0 && history.isMemberSince(group, asked, account)) {
      throw new Violation("0021", "a member is told that there is no group " + group);
    }
  }

  /// The server shows a group up to a revision.
  void found(GroupId group, AccountId account, long asked, long revision) {
    if (revision < asked && history.isMemberSince(group, asked, account)) {
      throw new Violation(
          "0021", "a member is shown revision " + revision + " behind revision " + asked);
    }
  }

  /// A device has read a change.
  void read(DeviceAddress device, GroupChange change) {
    history.read(change.group(), change);
    if (!history.mayKnow(change.group(), change.body().revision(), device.account())) {
      throw new Violation("0021", device + " is shown a change that is none of its");
    }
  }

  /// Something is in a mailbox: it may be there.
  void stored(long message, DeviceAddress device) {
    if (message < 0) {
      var entry = change(message);
      long revision = entry.change.body().revision();
      if (device.equals(entry.by)
          || !history.told(entry.change.group(), revision).contains(device.account())) {
        throw new Violation("0021", entry.change + " is in the mailbox of " + device);
      }
    } else if (of(message).possible.getOrDefault(device.account(), 0) < 1
        || device.equals(of(message).from)) {
      throw new Violation(
          "L6", message + " is in the mailbox of " + device + ", and no frame can have stored it");
    }
  }

  /// A device has something for the first time.
  void shown(DeviceAddress device, long message) {
    stored(message, device);
    if (!shown.computeIfAbsent(device, _ -> new HashSet<>()).add(message)) {
      throw new Violation("G5", message + " is shown twice on " + device);
    }
    delivered++;
    diary.accept(message + " is shown on " + device);
    Optional.ofNullable(owed.get(device)).ifPresent(open -> open.remove(message));
    if (message > 0) {
      inOrder(device, message);
    }
  }

  private void inOrder(DeviceAddress device, long message) {
    var entry = of(message);
    if (entry.forgotten
        || entry.reopened
        || entry.givenUp.contains(device.account())
        || of(excused, device).contains(message)) {
      return;
    }
    var way = new Way(entry.from, entry.group, device);
    if (last.getOrDefault(way, 0L) > message) {
      throw new Violation(
          "G4", message + " of " + entry.from + " to a group is shown after a later one");
    }
    last.put(way, message);
  }

  /// The device's store was rolled back; see [Ledger#restored].
  ///
  /// @param kept messages and changes that its store has still to send
  void restored(DeviceAddress device, Set<Long> remembered, Set<Long> kept) {
    shown.put(device, new HashSet<>(remembered));
    owed.remove(device);
    last.keySet().removeIf(way -> way.to.equals(device));
    var open = excused.computeIfAbsent(device, _ -> new HashSet<>());
    written.keySet().stream().filter(m -> !remembered.contains(m)).forEach(open::add);
    made.keySet().stream().filter(m -> !remembered.contains(m)).forEach(open::add);
    written.forEach((message, entry) -> {
      if (entry.from.equals(device)) {
        entry.reopened |= kept.contains(message);
        entry.forgotten |= !kept.contains(message) && !entry.settled;
      }
    });
    made.forEach((number, entry) -> {
      if (entry.by.equals(device)) {
        entry.forgotten |= !kept.contains(number) && !entry.settled;
      }
    });
  }

  /// The device has left its account.
  void removed(DeviceAddress device) {
    owed.remove(device);
  }

  /// The last revision of a group that a device was told of; -1 = none.
  long heard(DeviceAddress device, GroupId group) {
    return of(shown, device).stream()
        .filter(message -> message < 0)
        .map(this::change)
        .filter(entry -> entry.change.group().equals(group))
        .mapToLong(entry -> entry.change.body().revision())
        .max()
        .orElse(-1);
  }

  /// What is accepted and was not shown yet, by device.
  Map<DeviceAddress, Set<Long>> owed() {
    return owed;
  }

  /// What was written or changed and is not answered.
  Set<Long> unanswered() {
    var open = new TreeMap<Long, DeviceAddress>();
    written.forEach((message, entry) -> {
      if (!entry.settled && !entry.forgotten) {
        open.put(message, entry.from);
      }
    });
    made.forEach((number, entry) -> {
      if (!entry.settled && !entry.forgotten) {
        open.put(number, entry.by);
      }
    });
    open.values().removeIf(gone::contains);
    return open.keySet();
  }

  GroupHistory history() {
    return history;
  }

  int accepted() {
    return accepted;
  }

  int delivered() {
    return delivered;
  }
}
