package sotto.e2e.sim;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.group.GroupId;

/// What clients sent, what they were promised, what their users saw: the guarantees that can be
/// checked from outside, after every event.
///
/// Messages are numbered in the order in which users send them, over all; the order that G4 is
/// about is that of sealing, in which those with files come when these are at the server.
final class Ledger {
  private final Map<Long, Sent> sent = new LinkedHashMap<>();
  private final Map<DeviceAddress, Set<Long>> shown = new HashMap<>();
  private final Map<DeviceAddress, Map<DeviceAddress, Long>> lastShown = new HashMap<>();
  // What a rolled back store may miss, because it had acked it.
  private final Map<DeviceAddress, Set<Long>> excused = new HashMap<>();
  private final Map<DeviceAddress, Long> numbers = new HashMap<>();
  private final Set<DeviceAddress> gone = new HashSet<>();
  // Of those, the ones whose removal is stored.
  private final Set<DeviceAddress> former = new HashSet<>();
  private final Consumer<String> diary;
  private final GroupLedger groups;
  private long number;
  private long sealings;
  private int accepted;
  private int delivered;

  private static final class Sent {
    final DeviceAddress from;
    final AccountId to;
    boolean forgotten;
    // May be sealed once more, and then come in another order.
    boolean reopened;
    // 0 = it waits for its file.
    long sealed;
    // Accepted, or refused for good.
    boolean settled;
    Set<Integer> owed = Set.of();
    // Whom its account had when it left for the first time.
    Optional<List<DeviceAddress>> listed = Optional.empty();

    Sent(DeviceAddress from, AccountId to) {
      this.from = from;
      this.to = to;
    }
  }

  /// @param diary takes what happens, for people
  Ledger(Consumer<String> diary) {
    this.diary = diary;
    this.groups = new GroupLedger(new GroupHistory(), gone, diary);
  }

  /// What is written to groups.
  GroupLedger groups() {
    return groups;
  }

  /// A user writes something to a group; it is in the client's store.
  ///
  /// @return its number
  long written(DeviceAddress from, GroupId group) {
    groups.written(++number, from, group);
    return number;
  }

  /// A user sends something; it is in the client's store.
  ///
  /// @return its number
  long sent(DeviceAddress from, AccountId to) {
    long message = sentWithFile(from, to);
    sealed(message);
    return message;
  }

  /// A user sends a file; it is in the client's store and nowhere else.
  ///
  /// @return the number of its message
  long sentWithFile(DeviceAddress from, AccountId to) {
    sent.put(++number, new Sent(from, to));
    diary.accept(number + " is sent by " + from + " to " + to);
    return number;
  }

  /// A message is encrypted, and leaves from now on: once and no more, unless the client's store
  /// was rolled back.
  void sealed(long message) {
    var entry = of(message);
    if (entry.sealed > 0 && !entry.reopened) {
      throw new Violation("G5", "message " + message + " is sent for a second time");
    }
    entry.sealed = ++sealings;
    diary.accept(message + " is sealed");
  }

  /// The client's store was rolled back to before the message was sealed.
  void reopened(long message) {
    of(message).reopened = true;
  }

  private Sent of(long message) {
    return Optional.ofNullable(sent.get(message)).orElseThrow();
  }

  /// The client's store was rolled back to before the message: whether it is ever sent is open.
  void forgotten(long message) {
    of(message).forgotten = true;
  }

  /// A message leaves.
  ///
  /// @param listed the devices for which it must be from now on, whenever it is accepted
  void leaves(long message, List<DeviceAddress> listed) {
    var entry = of(message);
    if (entry.listed.isEmpty()) {
      entry.listed = Optional.of(listed);
    }
  }

  /// The sender was told *accepted*: of a message that names all devices that it must (B7).
  void named(long message, Set<Integer> devices) {
    for (var device : of(message).listed.orElseThrow()) {
      if (!devices.contains(device.device().number()) && !gone.contains(device)) {
        throw new Violation("B7", "message " + message + " is accepted without " + device);
      }
    }
  }

  /// The sender was told *accepted*.
  ///
  /// @param devices that get it
  void accepted(long message, Set<Integer> devices) {
    var entry = of(message);
    if (!entry.settled) {
      entry.settled = true;
      accepted++;
      diary.accept(message + " is accepted for " + devices);
      entry.owed = new TreeSet<>(devices);
    }
  }

  /// The sender was told that there is no such account.
  ///
  /// @param ended whether the account has ended, or is about to
  void refused(long message, boolean ended) {
    if (!ended) {
      throw new Violation("L3", message + " is refused, and its recipient is there");
    }
    diary.accept(message + " is refused: the account has ended");
    of(message).settled = true;
  }

  /// A device's stream is open under a number: no number serves twice, whatever store the device
  /// went on from, and whoever was not there under the last one has been told of it (C1).
  void welcomed(DeviceAddress device, long connectionNumber, long heard) {
    long before = numbers.getOrDefault(device, 0L);
    if (connectionNumber <= before || heard < before) {
      throw new Violation(
          "C1",
          device
              + " is welcome as "
              + connectionNumber
              + " who heard of "
              + heard
              + ", and was as "
              + before);
    }
    numbers.put(device, connectionNumber);
  }

  /// A user sees a message for the first time, as the device's store has it (G4, G5).
  void shown(DeviceAddress device, long message) {
    if (groups.knows(message)) {
      groups.shown(device, message);
      return;
    }
    var entry = sent.get(message);
    if (entry == null || entry.sealed == 0 || !entry.to.equals(device.account())) {
      throw new Violation("G5", "message " + message + " was never sent to " + device);
    }
    if (!shown.computeIfAbsent(device, _ -> new HashSet<>()).add(message)) {
      throw new Violation("G5", "message " + message + " is shown twice on " + device);
    }
    delivered++;
    diary.accept(message + " is shown on " + device);
    // What a rolled back store has forgotten, the sender's or the receiver's, may come late: it is
    // still under way from before, or sent once more.
    if (entry.forgotten
        || entry.reopened
        || excused.getOrDefault(device, Set.of()).contains(message)) {
      return;
    }
    var last = lastShown.computeIfAbsent(device, _ -> new HashMap<>());
    long before = last.getOrDefault(entry.from, 0L);
    if (before > entry.sealed) {
      throw new Violation(
          "G4", "message " + message + " of " + entry.from + " is shown after a later one");
    }
    last.put(entry.from, entry.sealed);
  }

  /// The device's store was rolled back: what it saw since may come again, and does not if it was
  /// acked.
  void restored(DeviceAddress device, Set<Long> remembered) {
    shown.put(device, new HashSet<>(remembered));
    lastShown.remove(device);
    diary.accept(device + " is restored");
    sent.forEach((message, entry) -> {
      if (entry.to.equals(device.account()) && !remembered.contains(message)) {
        excused.computeIfAbsent(device, _ -> new HashSet<>()).add(message);
      }
    });
  }

  /// The device has left its account.
  void removed(DeviceAddress device) {
    gone.add(device);
    groups.removed(device);
  }

  /// The link that removes the device is stored.
  void removalStored(DeviceAddress device) {
    former.add(device);
  }

  /// Whether nothing may be in the mailbox of a device any more.
  boolean isFormer(DeviceAddress device) {
    return former.contains(device);
  }

  /// Whether a message must be in the mailbox of a device, unless the device has it.
  boolean owes(long message, DeviceAddress device) {
    return of(message).owed.contains(device.device().number())
        && !gone.contains(device)
        && !excused.getOrDefault(device, Set.of()).contains(message)
        && !shown.getOrDefault(device, Set.of()).contains(message);
  }

  /// What is accepted and was not shown yet, by device.
  Map<Long, Set<DeviceAddress>> outstanding() {
    var open = new LinkedHashMap<Long, Set<DeviceAddress>>();
    sent.forEach((message, entry) -> {
      for (int device : entry.owed) {
        var address = new DeviceAddress(entry.to, new DeviceId(device));
        if (owes(message, address)) {
          open.computeIfAbsent(message, _ -> new HashSet<>()).add(address);
        }
      }
    });
    groups
        .owed()
        .forEach((device, messages) ->
            messages.forEach(
                message -> open.computeIfAbsent(message, _ -> new HashSet<>()).add(device)));
    return open;
  }

  /// What was sent, written or changed and is not answered.
  Set<Long> unaccepted() {
    var open = new TreeSet<Long>();
    sent.forEach((message, entry) -> {
      if (!entry.settled && !entry.forgotten && !gone.contains(entry.from)) {
        open.add(message);
      }
    });
    open.addAll(groups.unanswered());
    return open;
  }

  int accepted() {
    return accepted + groups.accepted();
  }

  int delivered() {
    return delivered + groups.delivered();
  }
}
