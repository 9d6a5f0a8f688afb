package sotto.e2e.sim;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.GetChallengeRequest;
import sotto.account.v1.SignInRequest;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chat.v1.Ack;
import sotto.chat.v1.ChatServiceGrpc;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.Deliver;
import sotto.chat.v1.Delivery;
import sotto.chat.v1.DeviceEnvelope;
import sotto.chat.v1.Envelope;
import sotto.chat.v1.Hello;
import sotto.chat.v1.Ping;
import sotto.chat.v1.Send;
import sotto.chat.v1.SendResult;
import sotto.chat.v1.ServerFrame;
import sotto.proto.Statuses;

/// A device that behaves as the SDK does, without cryptography: durable state before frames leave,
/// lanes, connection numbers, dedupe by message, acks after the commit, reconnects with full
/// jitter.
final class SimClient {
  private static final long PING = 30 * Scheduler.SECOND;
  private static final int SHORT = 8;
  private static final long LONGEST_BACKOFF = 4 * Scheduler.SECOND;
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final World world;
  private final Person person;
  private final DeviceAddress self;
  private Machine machine;
  private Disk disk = new Disk();
  private Optional<Disk> backup = Optional.empty();
  private @Nullable Connection connection;
  private String token = "";
  private int failures;
  private boolean slow;
  private boolean gone;

  SimClient(World world, Person person, DeviceAddress self) {
    this.world = world;
    this.person = person;
    this.self = self;
    this.machine = new Machine(name(), world.scheduler());
    this.token = self.device().number() == 1 && world.hasTokens() ? person.token : "";
  }

  DeviceAddress self() {
    return self;
  }

  private String name() {
    return person.name + self.device().number();
  }

  Machine machine() {
    return machine;
  }

  boolean isGone() {
    return gone;
  }

  /// Starts the process.
  void start() {
    machine = new Machine(name(), world.scheduler());
    world.net().start(machine);
    machine.run(this::connect);
  }

  /// The process dies; what it had on its disk stays.
  void kill() {
    connection = null;
    machine.kill();
  }

  /// Keeps a copy of the disk.
  void backUp() {
    backup = Optional.of(disk.copy());
  }

  /// Dies and comes back with the copy.
  void restore() {
    if (backup.isEmpty() || gone) {
      return;
    }
    kill();
    var kept = new HashSet<Long>();
    backup.get().outbox.values().forEach(rows -> rows.forEach(row -> kept.add(row.message)));
    disk.outbox
        .values()
        .forEach(rows ->
            rows.stream()
                .filter(row -> !kept.contains(row.message))
                .forEach(row -> world.ledger().forgotten(row.message)));
    disk = backup.get().copy();
    world.ledger().restored(self, disk.received);
    start();
  }

  /// Reads no more, or again.
  void slow(boolean on) {
    slow = on;
    var open = connection;
    if (!on && open != null) {
      machine.run(open::readOn);
    }
  }

  /// The user sends something short.
  void send(AccountId to) {
    send(to, SHORT);
  }

  /// The user sends something.
  ///
  /// @param size of its ciphertext, bytes
  void send(AccountId to, int size) {
    machine.run(() -> {
      if (gone) {
        return;
      }
      long message = world.ledger().sent(self, to);
      disk.outbox
          .computeIfAbsent(to, _ -> new ArrayList<>())
          .add(new Disk.Row(message, world.bytes(16), size));
      var open = connection;
      if (open != null && open.welcome) {
        open.lane(to).pump();
      }
    });
  }

  private void connect() {
    if (gone) {
      return;
    }
    var relay = world.someRelay();
    Channel channel = world.net().channel(machine, relay);
    if (token.isEmpty()) {
      signIn(channel);
    } else {
      disk.connectionNumber++;
      world.note(name() + " connects to " + relay + " as " + disk.connectionNumber);
      connection = new Connection(channel);
    }
  }

  private void connectLater(long atLeastMillis) {
    connection = null;
    failures++;
    long longest = Math.min(LONGEST_BACKOFF, (50 * Scheduler.MILLI) << Math.min(failures, 10));
    machine.after(
        atLeastMillis * Scheduler.MILLI + world.random().nextLong(longest), this::connect);
  }

  private void signIn(Channel channel) {
    var accounts = AccountServiceGrpc.newStub(channel).withDeadlineAfter(5, TimeUnit.SECONDS);
    accounts.getChallenge(
        GetChallengeRequest.newBuilder()
            .setAccountId(bytes(self.account()))
            .setDevice(self.device().number())
            .build(),
        new Unary<>(
            challenge ->
                accounts.signIn(
                    SignInRequest.newBuilder()
                        .setAccountId(bytes(self.account()))
                        .setDevice(self.device().number())
                        .setChallenge(challenge.getChallenge())
                        .setServerName(Person.SERVER)
                        .setSignature(
                            ByteString.copyFrom(
                                person.answer(
                                    challenge.getChallenge().toByteArray(), self.device())))
                        .build(),
                    new Unary<>(
                        answer -> {
                          if (answer.hasToken()) {
                            token = answer.getToken().getValue();
                            connect();
                          } else if (world.isRemoved(self)) {
                            gone = true;
                          } else {
                            connectLater(0);
                          }
                        },
                        () -> connectLater(0))),
            () -> connectLater(0)));
  }

  /// Makes calls with this device's token.
  Channel authorised(Channel channel) {
    var headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + token);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  boolean hasToken() {
    return !token.isEmpty();
  }

  static ByteString bytes(AccountId account) {
    return ByteString.copyFrom(account.bytes());
  }

  private static ByteString content(long message, int size) {
    return ByteString.copyFrom(ByteBuffer.allocate(size).putLong(message).array());
  }

  /// The message that a stored envelope carries.
  static long message(ByteString envelope) {
    try {
      return Envelope.parseFrom(envelope).getCiphertext().asReadOnlyByteBuffer().getLong();
    } catch (InvalidProtocolBufferException e) {
      throw new Violation("G8", "an envelope has been changed");
    }
  }

  /// One answer, or none.
  private record Unary<A>(Consumer<A> answered, Runnable failed) implements StreamObserver<A> {
    @Override
    public void onNext(A answer) {
      answered.accept(answer);
    }

    @Override
    public void onError(Throwable failure) {
      failed.run();
    }

    @Override
    public void onCompleted() {}
  }

  private record Flight(SimLane lane, long message, Set<Integer> devices) {}

  /// One stream.
  private final class Connection
      implements ClientResponseObserver<ClientFrame, ServerFrame>, SimLane.Outlet {
    private final Map<AccountId, SimLane> lanes = new HashMap<>();
    private final Map<Long, Flight> flights = new HashMap<>();
    private ClientCallStreamObserver<ClientFrame> stream;
    private boolean welcome;
    private long request;
    private int unread;
    private long lastCommit;

    @SuppressWarnings({
      "NullAway.Init",
      "ThisEscapedInObjectConstruction"
    }) // beforeStart comes first
    Connection(Channel channel) {
      ChatServiceGrpc.newStub(authorised(channel)).connect(this);
      hello();
    }

    private boolean isCurrent() {
      return connection == this;
    }

    private void hello() {
      send(
          ClientFrame.newBuilder()
              .setHello(Hello.newBuilder().setConnectionNumber(disk.connectionNumber)));
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
      if (!slow && unread > 0) {
        int frames = unread;
        unread = 0;
        stream.request(frames);
      }
    }

    private void handle(ServerFrame frame) {
      switch (frame.getFrameCase()) {
        case WELCOME -> {
          world.note(name() + " is welcome");
          world.ledger().welcomed(self, disk.connectionNumber);
          welcome = true;
          failures = 0;
          disk.outbox.keySet().forEach(to -> lane(to).pump());
          machine.after(PING + world.random().nextLong(Scheduler.SECOND), this::ping);
        }
        case DIVERGED -> {
          disk.connectionNumber = frame.getDiverged().getHighest() + 1;
          hello();
        }
        case SEND_RESULT -> result(frame.getSendResult());
        case DELIVER -> deliver(frame.getDeliver());
        case GOING_AWAY -> {
          stream.cancel("going away", null);
          reconnect(frame.getGoingAway().getReconnectAfterMs());
        }
        case DISPLACED ->
            throw new Violation("C1", name() + " was displaced, and it has one stream at a time");
        case QUEUE_EMPTY, PRESENCE, PONG, GROUP_SEND_RESULT, EPHEMERAL, FRAME_NOT_SET -> {}
      }
    }

    private void ping() {
      if (connection == this) {
        send(ClientFrame.newBuilder().setPing(Ping.getDefaultInstance()));
        machine.after(PING, this::ping);
      }
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
            name() + "'s " + result.getRequest() + " is answered " + result.getOutcomeCase());
      }
      var flight = flights.remove(result.getRequest());
      if (flight == null) {
        throw new Violation("L1", "a frame was answered that was not sent, or twice");
      }
      if (result.hasAccepted()) {
        var devices = new TreeSet<>(flight.devices);
        devices.removeAll(result.getAccepted().getFullDevicesList());
        devices.removeAll(result.getAccepted().getDormantDevicesList());
        world.ledger().accepted(flight.message, devices);
      }
      flight.lane.result(result);
    }

    @Override
    public long send(AccountId to, Disk.Row row, int generation) {
      var known = disk.known(to);
      if (row.encryptedFor.isEmpty()) {
        row.encryptedFor.addAll(known.devices);
      }
      long number = ++request;
      flights.put(number, new Flight(lane(to), row.message, Set.copyOf(row.encryptedFor)));
      var frame =
          Send.newBuilder()
              .setRequest(number)
              .setAccountId(bytes(to))
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
      world.note(name() + " sends " + row.message + " as " + number + ", generation " + generation);
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
      for (var waiting : disk.outbox.getOrDefault(to, List.of())) {
        if (!waiting.encryptedFor.isEmpty()) {
          waiting.encryptedFor.clear();
          waiting.encryptedFor.addAll(known.devices);
        }
      }
    }

    @Override
    public void later(SimLane lane, long millis) {
      machine.after(
          (millis + 20) * Scheduler.MILLI,
          () -> {
            if (connection == this) {
              lane.goOn();
            }
          });
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
              long message = message(delivery.getEnvelope());
              if (disk.received.add(message)) {
                world.ledger().shown(self, message);
              }
              positions.add(delivery.getPosition());
            }
            if (connection == this) {
              send(ClientFrame.newBuilder().setAck(Ack.newBuilder().addAllPositions(positions)));
            }
          });
    }

    @Override
    public void onError(Throwable failure) {
      if (isCurrent()) {
        ended(failure);
      }
    }

    private void ended(Throwable failure) {
      world.note(name() + " has lost its stream: " + failure.getMessage());
      var reason = Statuses.reason(failure);
      if (reason.isPresent()) {
        switch (reason.get()) {
          case DEVICE_REMOVED -> {
            if (!world.isRemoved(self)) {
              throw new Violation("C3", name() + " was told that it is removed, and it is not");
            }
            gone = true;
            connection = null;
            return;
          }
          case TOKEN_EXPIRED, TOKEN_INVALID -> token = "";
          default -> {}
        }
      }
      reconnect(Statuses.retryAfter(failure).map(Duration::toMillis).orElse(0L));
    }

    @Override
    public void onCompleted() {
      if (isCurrent()) {
        reconnect(0);
      }
    }

    private void reconnect(long afterMillis) {
      connectLater(afterMillis);
    }
  }
}
