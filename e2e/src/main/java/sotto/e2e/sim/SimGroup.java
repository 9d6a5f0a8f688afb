package sotto.e2e.sim;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chat.v1.Accepted;
import sotto.chat.v1.GroupRecipient;
import sotto.chat.v1.GroupSend;
import sotto.chat.v1.GroupSendResult;
import sotto.chat.v1.MemberResult;
import sotto.group.GroupChain;
import sotto.group.GroupId;

/// What one stream sends to one group, as the protocol asks of a client (L6): one frame in flight;
/// only members without *accepted* are sent to again, and get what is later singly, in order.
final class SimGroup {
  private static final int SIZE = 8;
  private static final long PAUSE = 50;

  private final GroupId id;
  private final SimClient client;
  private final World world;
  private final SimStream stream;
  private final GroupLedger ledger;
  private final Set<AccountId> paused = new HashSet<>();
  private Optional<Flight> flight = Optional.empty();
  private boolean pausedWhole;

  /// A frame that is not answered.
  ///
  /// @param first whether nothing of its row can have been stored before
  /// @param sequences the members' chains, as the frame names them
  /// @param stored the members' chains, as they were stored when it left
  private record Flight(
      GroupDisk.Row row,
      GroupLedger.Frame frame,
      boolean first,
      Map<AccountId, Integer> sequences,
      Map<AccountId, Integer> stored) {}

  SimGroup(GroupId id, SimClient client, World world, SimStream stream) {
    this.id = id;
    this.client = client;
    this.world = world;
    this.stream = stream;
    this.ledger = world.ledger().groups();
  }

  private GroupDisk had() {
    return client.disk().group(id);
  }

  /// Sends what may leave.
  void pump() {
    var rows = had().rows;
    if (flight.isPresent() || pausedWhole || rows.isEmpty() || had().chain.isEmpty()) {
      return;
    }
    var chain = had().chain.get();
    if (!chain.maySend(client.self().account())) {
      giveUp();
      return;
    }
    var behind = new HashSet<AccountId>();
    for (var row : List.copyOf(rows)) {
      make(row, chain);
      if (row.left.isEmpty()) {
        settled(row);
        continue;
      }
      var to =
          row.left.stream()
              .filter(member -> !behind.contains(member) && !paused.contains(member))
              .toList();
      if (!to.isEmpty()) {
        send(row, to, chain);
        return;
      }
      behind.addAll(row.left);
    }
  }

  /// What nobody can have yet is for the members of now; what some have is not for who has gone.
  private void make(GroupDisk.Row row, GroupChain chain) {
    var members = new TreeSet<>(chain.members().keySet());
    if (client.disk().known(client.self().account()).devices.isEmpty()) {
      members.remove(client.self().account());
    }
    if (!row.made || !row.tried) {
      row.made = true;
      row.left.clear();
      row.left.addAll(members);
    }
    row.left.stream()
        .filter(member -> !members.contains(member))
        .forEach(member -> ledger.givenUp(row.message, member));
    row.left.retainAll(members);
    row.left.forEach(member -> row.envelopeIds.computeIfAbsent(member, _ -> world.bytes(16)));
  }

  private void giveUp() {
    for (var row : List.copyOf(had().rows)) {
      row.left.forEach(member -> ledger.givenUp(row.message, member));
      settled(row);
    }
  }

  private void settled(GroupDisk.Row row) {
    had().rows.remove(row);
    ledger.settled(row.message);
  }

  private void send(GroupDisk.Row row, List<AccountId> to, GroupChain chain) {
    boolean first = !row.tried;
    row.tried = true;
    var sequences = new HashMap<AccountId, Integer>();
    var stored = new HashMap<AccountId, Integer>();
    var send =
        GroupSend.newBuilder()
            .setGroupId(ByteString.copyFrom(id.bytes()))
            .setRevision(chain.revision())
            .setCiphertext(
                ByteString.copyFrom(ByteBuffer.allocate(SIZE).putLong(row.message).array()));
    for (var member : to) {
      int sequence = client.disk().sequences.getOrDefault(member, 0);
      sequences.put(member, sequence);
      stored.put(member, world.devices(member).stored());
      send.addRecipients(
          GroupRecipient.newBuilder()
              .setAccountId(SimClient.bytes(member))
              .setEnvelopeId(Optional.ofNullable(row.envelopeIds.get(member)).orElseThrow())
              .setChainSequence(sequence));
    }
    var frame = ledger.leaves(row.message, chain.revision(), to);
    flight = Optional.of(new Flight(row, frame, first, sequences, stored));
    long number = stream.send(this, send);
    world.note(
        client.name()
            + " sends "
            + row.message
            + " as "
            + number
            + " to "
            + to.size()
            + " members at revision "
            + chain.revision());
  }

  /// The frame is answered.
  void result(GroupSendResult result) {
    var sent = flight.orElseThrow(() -> new Violation("L6", "a group frame is answered twice"));
    flight = Optional.empty();
    if (result.hasStaleRevision()) {
      ledger.stale(sent.frame, result.getStaleRevision());
      world.note(client.name() + "'s " + sent.row.message + " is stale");
      pauseWhole(sent, PAUSE);
      client.groups().read(id);
    } else if (result.hasRefused()) {
      ledger.refused(sent.frame, result.getRefused().getReason());
      client.groups().read(id);
      giveUp();
    } else if (result.hasRateLimited()) {
      ledger.nothingStored(sent.frame);
      pauseWhole(sent, result.getRateLimited().getRetryAfterMs());
    } else if (result.hasUnavailable()) {
      ledger.nothingStored(sent.frame);
      pauseWhole(sent, result.getUnavailable().getRetryAfterMs());
    } else {
      if (result.getResultsCount() != sent.frame.to().size()) {
        throw new Violation("L6", "a group frame is refused for good: " + result);
      }
      for (int i = 0; i < result.getResultsCount(); i++) {
        member(sent, sent.frame.to().get(i), result.getResults(i));
      }
      if (sent.row.left.isEmpty()) {
        settled(sent.row);
      }
    }
    pump();
  }

  private void pauseWhole(Flight sent, long millis) {
    sent.row.tried = !sent.first;
    pausedWhole = true;
    stream.later(
        millis,
        () -> {
          pausedWhole = false;
          pump();
        });
  }

  private void member(Flight sent, AccountId member, MemberResult result) {
    if (!result.hasAccepted()) {
      world.note(
          client.name()
              + "'s "
              + sent.row.message
              + " for "
              + member
              + ": "
              + result.getOutcomeCase());
    }
    switch (result.getOutcomeCase()) {
      case ACCEPTED -> accepted(sent, member, result.getAccepted());
      case MISMATCHED_DEVICES -> {
        // Of the last try: the relay may not have heard of an earlier one that stored it.
        int said = result.getMismatchedDevices().getChainSequence();
        if (said == known(sent.sequences, member)) {
          throw new Violation("L6", "a member is mismatched at the sequence that it has");
        }
        client.disk().sequences.merge(member, said, Math::max);
        pause(member, PAUSE);
      }
      case UNKNOWN_RECIPIENT -> {
        if (!world.isEnded(member)) {
          throw new Violation("L3", sent.row.message + " is refused, and its recipient is there");
        }
        ledger.notStored(sent.frame, member);
        ledger.givenUp(sent.row.message, member);
        sent.row.left.remove(member);
      }
      case MAILBOX_FULL -> {
        ledger.notStored(sent.frame, member);
        pause(member, 1_000);
      }
      case UNAVAILABLE -> pause(member, result.getUnavailable().getRetryAfterMs());
      case OUTCOME_NOT_SET -> throw new Violation("L6", "a member has no result");
    }
  }

  private static int known(Map<AccountId, Integer> sequences, AccountId member) {
    return Optional.ofNullable(sequences.get(member)).orElseThrow();
  }

  private void accepted(Flight sent, AccountId member, Accepted accepted) {
    int sequence = known(sent.sequences, member);
    if (sequence < known(sent.stored, member)) {
      throw new Violation(
          "B7", sent.row.message + " is accepted for devices that " + member + " had before");
    }
    sent.row.left.remove(member);
    var devices =
        world.devices(member).listedAt(sequence).stream()
            .filter(device -> !accepted.getFullDevicesList().contains(device.number()))
            .filter(device -> !accepted.getDormantDevicesList().contains(device.number()))
            .map(device -> new DeviceAddress(member, device))
            .toList();
    ledger.accepted(sent.frame, member, devices);
  }

  private void pause(AccountId member, long millis) {
    paused.add(member);
    stream.later(
        millis,
        () -> {
          paused.remove(member);
          pump();
        });
  }
}
