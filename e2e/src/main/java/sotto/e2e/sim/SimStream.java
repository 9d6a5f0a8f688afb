package sotto.e2e.sim;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import sotto.chain.AccountId;
import sotto.chat.v1.Ack;
import sotto.chat.v1.ChatServiceGrpc;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.Deliver;
import sotto.chat.v1.Delivery;
import sotto.chat.v1.DeviceEnvelope;
import sotto.chat.v1.GroupSend;
import sotto.chat.v1.GroupSendResult;
import sotto.chat.v1.Hello;
import sotto.chat.v1.Ping;
import sotto.chat.v1.Send;
import sotto.chat.v1.SendResult;
import sotto.chat.v1.ServerFrame;
import sotto.group.GroupId;
import sotto.proto.Statuses;

/// One stream of a [SimClient]: lanes out, messages in, acks after the commit.
final class SimStream implements ClientResponseObserver<ClientFrame, ServerFrame>, SimLane.Outlet {
  private static final long PING = 30 * Scheduler.SECOND;

  private final SimClient client;
  private final World world;
  private final Machine machine;
  private final Disk disk;
  private final Map<AccountId, SimLane> lanes = new HashMap<>();
  private final Map<Long, Flight> flights = new HashMap<>();
  private final Map<GroupId, SimGroup> groups = new HashMap<>();
  private final Map<Long, SimGroup> groupFlights = new HashMap<>();
  private ClientCallStreamObserver<ClientFrame> stream;
  private boolean welcome;
  private long request;
  private int unread;
  private long lastCommit;

  private record Flight(SimLane lane, long message, Set<Integer> devices) {}

  @SuppressWarnings({"NullAway.Init", "ThisEscapedInObjectConstruction"}) // beforeStart comes first
  SimStream(SimClient client, World world, Channel channel) {
    this.client = client;
    this.world = world;
    this.machine = client.machine();
    this.disk = client.disk();
    ChatServiceGrpc.newStub(channel).connect(this);
    hello();
  }

  private boolean isCurrent() {
    return client.isCurrent(this);
  }

  private void hello() {
    send(
        ClientFrame.newBuilder()
            .setHello(
                Hello.newBuilder()
                    .setConnectionNumber(disk.connectionNumber)
                    .setHeard(disk.heard)));
  }

  private void send(ClientFrame.Builder frame) {
    stream.onNext(frame.build());
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<ClientFrame> opened) {
    stream = opened;
    opened.disableAutoRequestWithInitial(4);
  }

  @Override
  public void onNext(ServerFrame frame) {
    if (!isCurrent()) {
      return;
    }
    handle(frame);
    unread++;
    readOn();
  }

  void readOn() {
    if (!client.isSlow() && unread > 0) {
      int frames = unread;
      unread = 0;
      stream.request(frames);
    }
  }

  private void handle(ServerFrame frame) {
    switch (frame.getFrameCase()) {
      case WELCOME -> {
        world.note(client.name() + " is welcome");
        world.ledger().welcomed(client.self(), disk.connectionNumber, disk.heard);
        disk.heard(disk.connectionNumber);
        welcome = true;
        client.welcomed();
        disk.outbox.keySet().forEach(to -> lane(to).pump());
        List.copyOf(disk.groups.keySet()).forEach(group -> group(group).pump());
        client.groups().readAll();
        machine.after(PING + world.random().nextLong(Scheduler.SECOND), this::ping);
      }
      case DIVERGED -> {
        long highest = frame.getDiverged().getHighest();
        var whose = disk.said.contains(highest) ? "itself" : "another";
        world.note(client.name() + " learns that " + whose + " was there as " + highest);
        disk.heard(highest);
        disk.connectionNumber = Math.max(disk.connectionNumber, highest);
        disk.nextNumber(world.scheduler().now());
        hello();
      }
      case SEND_RESULT -> result(frame.getSendResult());
      case GROUP_SEND_RESULT -> result(frame.getGroupSendResult());
      case DELIVER -> deliver(frame.getDeliver());
      case GOING_AWAY -> {
        stream.cancel("going away", null);
        client.connectLater(frame.getGoingAway().getReconnectAfterMs());
      }
      case DISPLACED ->
          throw new Violation(
              "C1", client.name() + " was displaced, and it has one stream at a time");
      case QUEUE_EMPTY, PRESENCE, PONG, EPHEMERAL, FRAME_NOT_SET -> {}
    }
  }

  private void ping() {
    if (isCurrent()) {
      send(ClientFrame.newBuilder().setPing(Ping.getDefaultInstance()));
      machine.after(PING, this::ping);
    }
  }

  /// Whether sends are legal.
  boolean isWelcome() {
    return welcome;
  }

  SimLane lane(AccountId to) {
    return lanes.computeIfAbsent(
        to,
        account ->
            new SimLane(
                account, disk.outbox.computeIfAbsent(account, _ -> new ArrayList<>()), this));
  }

  private void result(SendResult result) {
    if (!result.hasAccepted()) {
      world.note(
          client.name() + "'s " + result.getRequest() + " is answered " + result.getOutcomeCase());
    }
    var flight = flights.remove(result.getRequest());
    if (flight == null) {
      throw new Violation("L1", "a frame was answered that was not sent, or twice");
    }
    if (result.hasAccepted()) {
      world.ledger().named(flight.message, flight.devices);
      var devices = new TreeSet<>(flight.devices);
      devices.removeAll(result.getAccepted().getFullDevicesList());
      devices.removeAll(result.getAccepted().getDormantDevicesList());
      world.ledger().accepted(flight.message, devices);
    }
    flight.lane.result(result);
  }

  /// What is sent to a group.
  SimGroup group(GroupId group) {
    return groups.computeIfAbsent(group, id -> new SimGroup(id, client, world, this));
  }

  /// Sends a group frame; the result comes back to [SimGroup#result].
  ///
  /// @return its request number
  long send(SimGroup from, GroupSend.Builder frame) {
    long number = ++request;
    groupFlights.put(number, from);
    send(ClientFrame.newBuilder().setGroupSend(frame.setRequest(number)));
    return number;
  }

  private void result(GroupSendResult result) {
    var from = groupFlights.remove(result.getRequest());
    if (from == null) {
      throw new Violation("L6", "a group frame was answered that was not sent, or twice");
    }
    from.result(result);
  }

  /// Does something later, if this is still the client's stream.
  void later(long millis, Runnable task) {
    machine.after(
        (millis + 20) * Scheduler.MILLI,
        () -> {
          if (isCurrent()) {
            task.run();
          }
        });
  }

  @Override
  public long send(AccountId to, Disk.Row row, int generation) {
    if (!row.file.isEmpty() && !world.blobs().has(row.file)) {
      throw new Violation("0013", row.message + " leaves before its file is at the server");
    }
    var known = disk.known(to);
    if (row.encryptedFor.isEmpty()) {
      row.encryptedFor.addAll(known.devices);
    }
    world.ledger().leaves(row.message, world.othersOf(to, client.self()));
    long number = ++request;
    flights.put(number, new Flight(lane(to), row.message, Set.copyOf(row.encryptedFor)));
    var frame =
        Send.newBuilder()
            .setRequest(number)
            .setAccountId(SimClient.bytes(to))
            .setEnvelopeId(row.envelopeId)
            .setChainSequence(known.sequence)
            .setLaneGeneration(generation);
    for (int device : row.encryptedFor) {
      frame.addDevices(
          DeviceEnvelope.newBuilder()
              .setDevice(device)
              .setRegistrationId(device)
              .setType(CiphertextType.CIPHERTEXT_TYPE_RATCHET)
              .setCiphertext(content(row.message, row.size)));
    }
    world.note(
        client.name() + " sends " + row.message + " as " + number + ", generation " + generation);
    send(ClientFrame.newBuilder().setSend(frame));
    return number;
  }

  @Override
  public void mismatched(AccountId to, Disk.Row row, SendResult result) {
    var said = result.getMismatchedDevices();
    var known = disk.known(to);
    if (said.getChainSequence() < known.sequence) {
      return;
    }
    known.sequence = said.getChainSequence();
    known.devices.addAll(said.getMissingList());
    known.devices.removeAll(said.getExtraList());
    if (known.devices.isEmpty()) {
      // One's own account, and this is its only device now: nobody is left to get a copy.
      var rows = disk.outbox.getOrDefault(to, List.of());
      rows.forEach(waiting -> world.ledger().accepted(waiting.message, Set.of()));
      rows.clear();
      return;
    }
    for (var waiting : disk.outbox.getOrDefault(to, List.of())) {
      if (!waiting.encryptedFor.isEmpty()) {
        waiting.encryptedFor.clear();
        waiting.encryptedFor.addAll(known.devices);
      }
    }
  }

  @Override
  public void unknown(AccountId to, Disk.Row row) {
    world.ledger().refused(row.message, world.isEnded(to));
  }

  @Override
  public void later(SimLane lane, long millis) {
    later(millis, lane::goOn);
  }

  private void deliver(Deliver deliver) {
    // The commit takes its time, one after the other; only then the ack leaves.
    long now = world.scheduler().now();
    lastCommit = Math.max(lastCommit, now + world.random().nextLong(3 * Scheduler.MILLI));
    machine.after(
        lastCommit - now,
        () -> {
          var positions = new ArrayList<Long>();
          for (Delivery delivery : deliver.getDeliveriesList()) {
            take(delivery.getEnvelope());
            positions.add(delivery.getPosition());
          }
          if (isCurrent()) {
            send(ClientFrame.newBuilder().setAck(Ack.newBuilder().addAllPositions(positions)));
          }
        });
  }

  private void take(ByteString bytes) {
    var envelope = SimClient.envelope(bytes);
    long message = SimClient.message(envelope);
    if (disk.received.add(message)) {
      world.ledger().shown(client.self(), message);
      if (envelope.getType() == CiphertextType.CIPHERTEXT_TYPE_GROUP_CHANGED) {
        client
            .groups()
            .heard(
                new GroupId(envelope.getGroupId().toByteArray()),
                GroupHistory.parsed(envelope.getCiphertext()));
      }
    }
  }

  @Override
  public void onError(Throwable failure) {
    if (isCurrent()) {
      ended(failure);
    }
  }

  private void ended(Throwable failure) {
    world.note(client.name() + " has lost its stream: " + failure.getMessage());
    var reason = Statuses.reason(failure);
    if (reason.isPresent()) {
      switch (reason.get()) {
        case DEVICE_REMOVED -> {
          client.removed();
          return;
        }
        case TOKEN_EXPIRED, TOKEN_INVALID -> client.forgetToken();
        default -> {}
      }
    }
    client.connectLater(Statuses.retryAfter(failure).map(Duration::toMillis).orElse(0L));
  }

  @Override
  public void onCompleted() {
    if (isCurrent()) {
      client.connectLater(0);
    }
  }

  private static ByteString content(long message, int size) {
    return ByteString.copyFrom(ByteBuffer.allocate(size).putLong(message).array());
  }
}
