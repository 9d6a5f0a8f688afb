package sotto.store;

import com.google.protobuf.ByteString;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.AddDeviceRequest;
import sotto.account.v1.AddDeviceResponse;
import sotto.account.v1.DeviceRegistration;
import sotto.account.v1.RegisterRequest;
import sotto.account.v1.RegisterResponse;
import sotto.admin.v1.AccountAdminServiceGrpc;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chain.testing.TestAccount;
import sotto.keys.v1.KeyServiceGrpc;
import sotto.keys.v1.OneTimePreKey;
import sotto.keys.v1.SignedPreKey;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.DeviceAppend;
import sotto.mailbox.v1.MailboxServiceGrpc;
import sotto.mailbox.v1.OpenDevice;
import sotto.mailbox.v1.OpenDeviceResult;
import sotto.mailbox.v1.OpenDevicesRequest;
import sotto.mailbox.v1.ReadRequest;
import sotto.mailbox.v1.ReadResponse;
import sotto.mesh.Caller;
import sotto.mesh.InternalServer;
import sotto.mesh.MonotonicClock;
import sotto.mesh.Pods;
import sotto.mesh.Telemetry;
import sotto.mesh.testing.HandClock;
import sotto.store.cold.ColdMetrics;
import sotto.store.peer.PodPeers;
import sotto.store.testing.MemoryColdStore;
import sotto.store.write.Pace;
import sotto.store.write.Peers;

/// A store on the tests' database, served in this process, with what tests need to talk to it.
final class Rig implements AutoCloseable {
  static final String SERVER = "chat.example";

  final HandClock clock;
  final TestDatabase database;
  final FaultyDialect dialect;
  final MemoryColdStore cold;
  private final StoreConfig config;
  private final Peers peers;
  private final Pods pods;
  private final StoreService store;
  private final InternalServer server;
  private final ManagedChannel channel;
  private long request;

  private Rig(HandClock clock, StoreConfig config, Peers peers, Pods pods, MemoryColdStore cold) {
    this.clock = clock;
    this.cold = cold;
    this.config = config;
    this.peers = peers;
    this.pods = pods;
    this.database = TestDatabase.in(config.dataDir());
    this.dialect = new FaultyDialect(database.dialect());
    Telemetry telemetry = Telemetry.none();
    store =
        StoreService.open(
            new Surroundings(
                config,
                dialect,
                peers,
                pods,
                Pace.threads(),
                clock,
                nanos(clock),
                new SecureRandom(),
                new StoreMetrics(telemetry),
                Optional.of(cold),
                ColdMetrics.NONE,
                telemetry.tracer("store")));
    List<BindableService> services = new ArrayList<>(store.services());
    services.addAll(store.adminServices());
    server = InternalServer.start(UUID.randomUUID().toString(), services, telemetry);
    channel = server.newChannel();
  }

  static Rig open(Path folder) {
    return open(folder, c -> c);
  }

  static Rig open(Path folder, UnaryOperator<StoreConfig> change) {
    StoreConfig config = StoreConfig.defaults(folder, List.of(SERVER, "localhost"));
    return new Rig(
        new HandClock(), change.apply(config), Peers.NONE, Pods.none(), new MemoryColdStore());
  }

  /// One of several stores on one database.
  static Rig pod(Path folder, String pod, HandClock clock, Peers peers) {
    return pod(folder, pod, clock, peers, new MemoryColdStore());
  }

  /// The same, with a blob store that it shares with the others.
  static Rig pod(Path folder, String pod, HandClock clock, Peers peers, MemoryColdStore cold) {
    return new Rig(clock, named(folder, pod), peers, Pods.none(), cold);
  }

  /// One of several that ask each other, with room for whatever a load brings.
  static Rig pod(Path folder, String pod, HandClock clock, TestPods.Net net, TestPods seen) {
    StoreConfig roomy = limits(named(folder, pod), Integer.MAX_VALUE, Long.MAX_VALUE / 2);
    Rig rig = new Rig(clock, roomy, new PodPeers(seen, nanos(clock)), seen, new MemoryColdStore());
    net.at(pod, rig.server.name());
    return rig;
  }

  private static StoreConfig named(Path folder, String pod) {
    return StoreConfig.defaults(folder, List.of(SERVER, "localhost")).named(pod);
  }

  /// The same time for those who measure.
  static MonotonicClock nanos(HandClock clock) {
    return () -> TimeUnit.MILLISECONDS.toNanos(clock.millis());
  }

  static StoreConfig limits(StoreConfig c, long envelopes, long bytes) {
    return new StoreConfig(
        c.dataDir(),
        c.url(),
        c.writers(),
        c.podName(),
        envelopes,
        bytes,
        c.mailboxLife(),
        c.dormantAfter(),
        c.coldAfter(),
        c.coldGiveUp(),
        c.sealedPerRecipient(),
        c.registration(),
        c.serverNames());
  }

  /// Ends this store and opens it again.
  Rig reopen() {
    return reopen(c -> c);
  }

  /// Ends this store and opens it again with other settings.
  Rig reopen(UnaryOperator<StoreConfig> change) {
    close();
    return new Rig(clock, change.apply(config), peers, pods, cold);
  }

  StoreService store() {
    return store;
  }

  MailboxServiceGrpc.MailboxServiceBlockingStub mailbox() {
    return MailboxServiceGrpc.newBlockingStub(channel);
  }

  AccountServiceGrpc.AccountServiceBlockingStub accounts() {
    return AccountServiceGrpc.newBlockingStub(channel);
  }

  AccountServiceGrpc.AccountServiceBlockingStub accounts(DeviceAddress as) {
    return new Caller(as.account(), as.device()).on(accounts());
  }

  AccountAdminServiceGrpc.AccountAdminServiceBlockingStub admin() {
    return AccountAdminServiceGrpc.newBlockingStub(channel);
  }

  KeyServiceGrpc.KeyServiceBlockingStub keys() {
    return KeyServiceGrpc.newBlockingStub(channel);
  }

  KeyServiceGrpc.KeyServiceBlockingStub keys(DeviceAddress as) {
    return new Caller(as.account(), as.device()).on(keys());
  }

  ManagedChannel channel() {
    return channel;
  }

  Appender appender() {
    return new Appender(MailboxServiceGrpc.newStub(channel));
  }

  static ByteString id(TestAccount account) {
    return ByteString.copyFrom(account.id().bytes());
  }

  static ByteString envelopeId(long n) {
    return ByteString.copyFrom(
        java.nio.ByteBuffer.allocate(16).putLong(0x656e76L).putLong(n).array());
  }

  /// An account with one device (registration id 1) and a name.
  TestAccount register(long seed, String name) {
    TestAccount account = TestAccount.found(seed);
    RegisterResponse response = accounts().register(registration(account, name));
    if (!response.hasRegistered()) {
      throw new AssertionError(response);
    }
    return account;
  }

  static RegisterRequest registration(TestAccount account, String name) {
    return RegisterRequest.newBuilder()
        .setUsername(name)
        .setLink(ByteString.copyFrom(account.chain().links().getFirst().bytes()))
        .setDevice(device(1))
        .build();
  }

  /// Adds the next device, whose registration id is its number.
  DeviceId addDevice(TestAccount account) {
    DeviceId device = account.addDevice();
    AddDeviceResponse response =
        accounts()
            .addDevice(
                AddDeviceRequest.newBuilder()
                    .setAccountId(id(account))
                    .setLink(ByteString.copyFrom(account.chain().links().getLast().bytes()))
                    .setDevice(device(device.number()))
                    .build());
    if (!response.hasAppended()) {
      throw new AssertionError(response);
    }
    return device;
  }

  static DeviceRegistration device(int registrationId) {
    return DeviceRegistration.newBuilder()
        .setRegistrationId(registrationId)
        .setSignedPreKey(ecKey(1, registrationId))
        .setLastResortKyberPreKey(kyberKey(1, registrationId))
        .build();
  }

  static ByteString bytes(int length, int type, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    bytes[0] = (byte) type;
    return ByteString.copyFrom(bytes);
  }

  static SignedPreKey ecKey(int id, long seed) {
    return SignedPreKey.newBuilder()
        .setId(id)
        .setPublicKey(bytes(33, 5, seed))
        .setSignature(bytes(64, 0, seed))
        .build();
  }

  static SignedPreKey kyberKey(int id, long seed) {
    return SignedPreKey.newBuilder()
        .setId(id)
        .setPublicKey(bytes(1569, 8, seed))
        .setSignature(bytes(64, 0, seed))
        .build();
  }

  static OneTimePreKey oneTimeKey(int id, long seed) {
    return OneTimePreKey.newBuilder().setId(id).setPublicKey(bytes(33, 5, seed)).build();
  }

  /// An append of envelope `n` for all devices of an account, by a sealed sender.
  Append.Builder append(TestAccount to, long n) {
    Append.Builder append =
        Append.newBuilder()
            .setRequest(++request)
            .setAccountId(id(to))
            .setEnvelopeId(envelopeId(n))
            .setChainSequence((int) to.chain().sequence());
    to.chain().devices().forEach(d -> append.addDevices(envelope(d.device().number(), n)));
    return append;
  }

  Append.Builder append(DeviceAddress from, TestAccount to, long n) {
    return append(to, n)
        .setSenderAccountId(ByteString.copyFrom(from.account().bytes()))
        .setSenderDevice(from.device().number());
  }

  static DeviceAppend envelope(int device, long n) {
    return DeviceAppend.newBuilder()
        .setDevice(device)
        .setRegistrationId(device)
        .setEnvelope(ByteString.copyFromUtf8("envelope " + n))
        .build();
  }

  ReadResponse read(TestAccount account, int device, long after) {
    return mailbox()
        .read(
            ReadRequest.newBuilder()
                .setAccountId(id(account))
                .setDevice(device)
                .setAfter(after)
                .setMaxEnvelopes(256)
                .setMaxBytes(1 << 20)
                .build());
  }

  /// What lies in a mailbox, as text.
  List<String> mailbox(TestAccount account, int device) {
    ReadResponse page = read(account, device, 0);
    if (page.hasMoved() || page.getMore()) {
      throw new AssertionError(page);
    }
    return page.getDeliveriesList().stream().map(d -> d.getEnvelope().toStringUtf8()).toList();
  }

  OpenDeviceResult connect(TestAccount account, int device, long number) {
    return mailbox()
        .openDevices(
            OpenDevicesRequest.newBuilder()
                .addDevices(
                    OpenDevice.newBuilder()
                        .setAccountId(id(account))
                        .setDevice(device)
                        .setConnectionNumber(number))
                .build())
        .getResults(0);
  }

  /// Runs a statement on the database beside the store, as another owner would.
  int sql(String sql) throws SQLException {
    return database.everywhere(sql);
  }

  /// The number that a query gives.
  long count(String query) throws SQLException {
    return database.count(query);
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.close();
    store.close();
  }
}
