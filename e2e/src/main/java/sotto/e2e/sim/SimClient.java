package sotto.e2e.sim;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.GetChallengeRequest;
import sotto.account.v1.SignInRequest;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.Envelope;
import sotto.group.GroupChain;
import sotto.group.GroupId;

/// A device that behaves as the SDK does, without cryptography: durable state before frames leave,
/// lanes, connection numbers, dedupe by message, acks after the commit, reconnects with full
/// jitter.
final class SimClient {
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
  private SimGroups groups;
  private @Nullable SimStream stream;
  private String token = "";
  private int failures;
  private boolean slow;
  private boolean gone;

  @SuppressWarnings("ThisEscapedInObjectConstruction") // it is only remembered
  SimClient(World world, Person person, DeviceAddress self) {
    this.world = world;
    this.person = person;
    this.self = self;
    this.machine = new Machine(name(), world.scheduler());
    this.groups = new SimGroups(this, world);
    disk.known(self.account()).devices.clear();
    this.token = self.device().number() == 1 && world.hasTokens() ? person.token : "";
  }

  DeviceAddress self() {
    return self;
  }

  String name() {
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
    groups = new SimGroups(this, world);
    machine.run(this::connect);
    machine.run(groups::begin);
    disk.uploads.forEach(upload -> machine.run(new SimUpload(this, world, upload)::go));
  }

  /// The process dies; what it had on its disk stays.
  void kill() {
    stream = null;
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
    for (var upload : backup.get().uploads) {
      kept.add(upload.row().message);
      world.ledger().reopened(upload.row().message);
    }
    disk.uploads.stream()
        .map(upload -> upload.row().message)
        .filter(message -> !kept.contains(message))
        .forEach(world.ledger()::forgotten);
    disk.outbox
        .values()
        .forEach(rows ->
            rows.stream()
                .filter(row -> !kept.contains(row.message))
                .forEach(row -> world.ledger().forgotten(row.message)));
    disk = backup.get().copy();
    world.ledger().restored(self, disk.received);
    world.ledger().groups().restored(self, disk.received, disk.unanswered());
    start();
  }

  /// Reads no more, or again.
  void slow(boolean on) {
    slow = on;
    var open = stream;
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
      leaves(to, new Disk.Row(message, world.bytes(16), size));
      if (!disk.known(self.account()).devices.isEmpty()) {
        // The copy for one's other devices, in its lane of its own.
        long copy = world.ledger().sent(self, self.account());
        leaves(self.account(), new Disk.Row(copy, world.bytes(16), size));
      }
    });
  }

  /// What this start of the process does about groups.
  SimGroups groups() {
    return groups;
  }

  /// The user founds a group.
  void found(List<AccountId> others) {
    machine.run(() -> {
      if (!gone) {
        world.groups().add(groups.found(others));
      }
    });
  }

  /// The user changes a group, if he can.
  void change(GroupId group) {
    machine.run(() -> {
      if (!gone && maySend(group)) {
        groups.change(group);
      }
    });
  }

  /// Whether it was told of a change that it does not know.
  boolean isBehind(GroupId group) {
    long known =
        Optional.ofNullable(disk.groups.get(group))
            .flatMap(had -> had.chain)
            .map(GroupChain::revision)
            .orElse(-1L);
    return known < world.ledger().groups().heard(self, group);
  }

  private boolean maySend(GroupId group) {
    return Optional.ofNullable(disk.groups.get(group))
        .flatMap(had -> had.chain)
        .filter(chain -> chain.maySend(self.account()))
        .isPresent();
  }

  /// The user writes to a group, if he can.
  void write(GroupId group) {
    machine.run(() -> {
      if (!gone && maySend(group)) {
        disk.group(group).rows.add(new GroupDisk.Row(world.ledger().written(self, group)));
        pumpGroup(group);
      }
    });
  }

  /// There may be something to send to a group.
  void pumpGroup(GroupId group) {
    var open = stream;
    if (open != null && open.isWelcome()) {
      open.group(group).pump();
    }
  }

  /// This device learns which devices its account has.
  void learns(int sequence, List<DeviceId> devices) {
    var own = disk.known(self.account());
    if (sequence > own.sequence) {
      own.sequence = sequence;
      own.devices.clear();
      devices.stream()
          .filter(device -> !device.equals(self.device()))
          .forEach(device -> own.devices.add(device.number()));
    }
  }

  private void leaves(AccountId to, Disk.Row row) {
    disk.outbox.computeIfAbsent(to, _ -> new ArrayList<>()).add(row);
    var open = stream;
    if (open != null && open.isWelcome()) {
      open.lane(to).pump();
    }
  }

  /// The user sends a file: its message leaves when it is at the server.
  ///
  /// @param parts in which it is uploaded
  void sendFile(AccountId to, int parts) {
    machine.run(() -> {
      if (gone) {
        return;
      }
      long message = world.ledger().sentWithFile(self, to);
      var row = new Disk.Row(message, world.bytes(16), SHORT, world.bytes(16));
      var upload = new Disk.Upload(to, row, SimUpload.content(world, parts));
      disk.uploads.add(upload);
      new SimUpload(this, world, upload).go();
    });
  }

  /// A file is at the server.
  void uploaded(Disk.Upload upload) {
    if (disk.uploads.remove(upload)) {
      world.ledger().sealed(upload.row().message);
      leaves(upload.to(), upload.row());
    }
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
      disk.nextNumber(world.scheduler().now());
      world.note(name() + " connects to " + relay + " as " + disk.connectionNumber);
      stream = new SimStream(this, world, authorised(channel));
    }
  }

  /// The stream is over; another comes after back-off.
  void connectLater(long atLeastMillis) {
    stream = null;
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
                                world
                                    .devices(person)
                                    .answer(challenge.getChallenge().toByteArray(), self.device())))
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

  Disk disk() {
    return disk;
  }

  boolean isSlow() {
    return slow;
  }

  /// Whether a stream is the one that the client has now.
  boolean isCurrent(SimStream which) {
    return Objects.equals(stream, which);
  }

  /// The stream is open.
  void welcomed() {
    failures = 0;
  }

  /// The token is no longer good.
  void forgetToken() {
    token = "";
  }

  /// The server says that the device has left its account.
  void removed() {
    if (!world.isRemoved(self)) {
      throw new Violation("C3", name() + " was told that it is removed, and it is not");
    }
    gone = true;
    stream = null;
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

  /// The message that a stored envelope carries.
  static long message(ByteString envelope) {
    return message(envelope(envelope));
  }

  /// A stored envelope.
  static Envelope envelope(ByteString bytes) {
    try {
      return Envelope.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new Violation("G8", "an envelope has been changed");
    }
  }

  /// The message or change that an envelope carries.
  static long message(Envelope envelope) {
    return envelope.getType() == CiphertextType.CIPHERTEXT_TYPE_GROUP_CHANGED
        ? GroupHistory.number(envelope.getCiphertext())
        : envelope.getCiphertext().asReadOnlyByteBuffer().getLong();
  }
}
