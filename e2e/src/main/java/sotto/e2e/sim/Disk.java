package sotto.e2e.sim;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import sotto.chain.AccountId;
import sotto.group.GroupId;

/// What a device has durably: it survives the process, and can be copied and put back.
final class Disk {
  private static final int LONGEST_STEP = 1 << 12;

  long connectionNumber;
  // The highest number that was answered, and those since that were not.
  long heard;
  final Set<Long> said = new HashSet<>();
  final Map<AccountId, List<Row>> outbox = new LinkedHashMap<>();
  final Map<AccountId, Known> devices = new HashMap<>();
  final Set<Long> received = new HashSet<>();
  // Messages whose files are not at the server yet; nothing of them has been sent.
  final List<Upload> uploads = new ArrayList<>();
  final Map<GroupId, GroupDisk> groups = new LinkedHashMap<>();
  // The sequence of each account's chain, as answers to group messages named it.
  final Map<AccountId, Integer> sequences = new HashMap<>();

  /// A file that is on its way to the server.
  ///
  /// @param row leaves for the account when the file is there
  record Upload(AccountId to, Row row, ByteString content) {
    private Upload copy() {
      return new Upload(to, row.copy(), content);
    }
  }

  /// One message to one account that is not accepted yet.
  static final class Row {
    final long message;
    final ByteString envelopeId;
    final int size;
    // The id of its file's upload; empty if it has none.
    final ByteString file;
    // The devices it is encrypted for; empty before it first leaves.
    final TreeSet<Integer> encryptedFor = new TreeSet<>();

    Row(long message, ByteString envelopeId, int size) {
      this(message, envelopeId, size, ByteString.EMPTY);
    }

    Row(long message, ByteString envelopeId, int size, ByteString file) {
      this.message = message;
      this.envelopeId = envelopeId;
      this.size = size;
      this.file = file;
    }

    private Row copy() {
      var copy = new Row(message, envelopeId, size, file);
      copy.encryptedFor.addAll(encryptedFor);
      return copy;
    }
  }

  /// The device list of another account as last learned.
  static final class Known {
    int sequence;
    final TreeSet<Integer> devices = new TreeSet<>(List.of(1));

    private Known copy() {
      var copy = new Known();
      copy.sequence = sequence;
      copy.devices.clear();
      copy.devices.addAll(devices);
      return copy;
    }
  }

  Known known(AccountId account) {
    return devices.computeIfAbsent(account, _ -> new Known());
  }

  /// What it has of a group.
  GroupDisk group(GroupId group) {
    return groups.computeIfAbsent(group, _ -> new GroupDisk());
  }

  /// What of groups has still to be answered: messages and changes, by their numbers.
  Set<Long> unanswered() {
    var open = new HashSet<Long>();
    for (var group : groups.values()) {
      group.rows.forEach(row -> open.add(row.message));
      group.pending.ifPresent(change -> open.add(GroupHistory.number(change)));
    }
    return open;
  }

  /// Takes a number to say hello with.
  ///
  /// @param now by which another copy of this disk takes another number
  void nextNumber(long now) {
    connectionNumber += 1 + Math.floorMod(Long.hashCode(now * 0x9E3779B97F4A7C15L), LONGEST_STEP);
    said.add(connectionNumber);
  }

  /// The number was answered.
  void heard(long number) {
    heard = number;
    said.clear();
  }

  Disk copy() {
    var copy = new Disk();
    copy.connectionNumber = connectionNumber;
    copy.heard = heard;
    copy.said.addAll(said);
    outbox.forEach(
        (to, rows) -> copy.outbox.put(to, new ArrayList<>(rows.stream().map(Row::copy).toList())));
    devices.forEach((account, known) -> copy.devices.put(account, known.copy()));
    copy.received.addAll(received);
    uploads.forEach(upload -> copy.uploads.add(upload.copy()));
    groups.forEach((group, had) -> copy.groups.put(group, had.copy()));
    copy.sequences.putAll(sequences);
    return copy;
  }
}
