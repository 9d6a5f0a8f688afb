package sotto.store;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.AddDeviceRequest;
import sotto.account.v1.AppendLinkRequest;
import sotto.chain.DeviceId;
import sotto.chain.testing.TestAccount;
import sotto.mailbox.v1.AckRequest;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.AppendRequest;
import sotto.mailbox.v1.AppendResponse;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.DeviceAck;
import sotto.mailbox.v1.GetTokenKeysRequest;
import sotto.mailbox.v1.MailboxServiceGrpc;
import sotto.mailbox.v1.ReadRequest;
import sotto.mesh.Caller;
import sotto.mesh.CallerInterceptor;
import sotto.mesh.FailureInterceptor;
import sotto.mesh.Pods;
import sotto.mesh.testing.HandClock;
import sotto.store.cold.ColdStore;
import sotto.store.sql.Schema;
import sotto.store.testing.CommitFault;
import sotto.store.testing.MemoryDatabase;
import sotto.store.write.Peers;

/// A stepped pod with a relay's end of its calls, all on one thread.
final class SteppedPod implements StreamObserver<AppendResponse>, AutoCloseable {
  final SteppedStore store;
  final String address = UUID.randomUUID().toString();
  final List<AppendResult> results = new ArrayList<>();
  private final Server server;
  final ManagedChannel channel;
  private final StreamObserver<AppendRequest> appends;
  private long request;

  /// One whose peers do as they are told.
  SteppedPod(
      String name,
      MemoryDatabase database,
      Supplier<CommitFault> faults,
      Peers peers,
      HandClock clock,
      long seed)
      throws IOException {
    this(name, database, faults, peers, Optional.empty(), clock, seed);
  }

  /// The same with a cold tier.
  SteppedPod(
      String name,
      MemoryDatabase database,
      Supplier<CommitFault> faults,
      Peers peers,
      Optional<ColdStore> cold,
      HandClock clock,
      long seed)
      throws IOException {
    this(
        SteppedStore.open(
            config(name),
            database,
            faults,
            peers,
            Pods.none(),
            cold,
            clock,
            Rig.nanos(clock),
            new Random(seed)));
  }

  /// One that asks the others.
  SteppedPod(
      String name,
      MemoryDatabase database,
      Supplier<CommitFault> faults,
      Pods pods,
      HandClock clock,
      long seed)
      throws IOException {
    this(
        SteppedStore.open(
            config(name),
            database,
            faults,
            pods,
            Optional.empty(),
            clock,
            Rig.nanos(clock),
            new Random(seed)));
  }

  private SteppedPod(SteppedStore store) throws IOException {
    this.store = store;
    InProcessServerBuilder builder = InProcessServerBuilder.forName(address).directExecutor();
    store
        .services()
        .forEach(service ->
            builder.addService(
                ServerInterceptors.interceptForward(
                    service.bindService(), new FailureInterceptor(), new CallerInterceptor())));
    server = builder.build().start();
    channel = InProcessChannelBuilder.forName(address).directExecutor().build();
    appends = MailboxServiceGrpc.newStub(channel).append(this);
  }

  private static StoreConfig config(String name) {
    return StoreConfig.defaults(Path.of("none"), List.of(Rig.SERVER)).named(name);
  }

  void register(TestAccount account, String name) {
    var response =
        AccountServiceGrpc.newBlockingStub(channel).register(Rig.registration(account, name));
    if (!response.hasRegistered()) {
      throw new AssertionError(response);
    }
  }

  /// Adds the next device of an account.
  void addDevice(TestAccount account) {
    DeviceId device = account.addDevice();
    var response =
        AccountServiceGrpc.newBlockingStub(channel)
            .addDevice(
                AddDeviceRequest.newBuilder()
                    .setAccountId(Rig.id(account))
                    .setLink(lastLink(account))
                    .setDevice(Rig.device(device.number()))
                    .build());
    if (!response.hasAppended()) {
      throw new AssertionError(response);
    }
  }

  /// Appends the last link of an account's chain.
  boolean link(TestAccount account) {
    return new Caller(account.id(), DeviceId.FIRST)
        .on(AccountServiceGrpc.newBlockingStub(channel))
        .appendLink(AppendLinkRequest.newBuilder().setLink(lastLink(account)).build())
        .hasAppended();
  }

  private static ByteString lastLink(TestAccount account) {
    return ByteString.copyFrom(account.chain().links().getLast().bytes());
  }

  /// Sends one append; it waits for a step.
  void send(TestAccount to, long n) {
    appends.onNext(
        AppendRequest.newBuilder()
            .addAppends(
                Append.newBuilder()
                    .setRequest(++request)
                    .setAccountId(Rig.id(to))
                    .setEnvelopeId(Rig.envelopeId(n))
                    .setChainSequence((int) to.chain().sequence())
                    .addDevices(Rig.envelope(1, n)))
            .build());
  }

  AppendResult append(TestAccount to, long n) {
    send(to, n);
    stepAll();
    return results.getLast();
  }

  void stepAll() {
    while (store.step()) {
      // Until nothing waits.
    }
  }

  /// Does each chore once and what follows from it.
  void chores() {
    store.chores().forEach(chore -> chore.work().run());
    stepAll();
  }

  /// Has it own a bucket, if it may.
  void claim(int bucket) {
    byte[] id = Schema.prefix(bucket);
    var _ =
        MailboxServiceGrpc.newBlockingStub(channel)
            .read(
                ReadRequest.newBuilder()
                    .setAccountId(ByteString.copyFrom(id))
                    .setDevice(1)
                    .setMaxEnvelopes(1)
                    .setMaxBytes(1)
                    .build());
  }

  /// Removes envelopes from a mailbox.
  boolean ack(TestAccount account, long... positions) {
    DeviceAck.Builder ack = DeviceAck.newBuilder().setAccountId(Rig.id(account)).setDevice(1);
    for (long position : positions) {
      ack.addPositions(position);
    }
    return MailboxServiceGrpc.newBlockingStub(channel)
        .ack(AckRequest.newBuilder().addAcks(ack).build())
        .getResults(0)
        .hasAcked();
  }

  List<String> mailbox(TestAccount account) {
    return MailboxServiceGrpc.newBlockingStub(channel)
        .read(
            ReadRequest.newBuilder()
                .setAccountId(Rig.id(account))
                .setDevice(1)
                .setMaxEnvelopes(256)
                .setMaxBytes(1 << 20)
                .build())
        .getDeliveriesList()
        .stream()
        .map(d -> d.getPosition() + " " + d.getEnvelope().toStringUtf8())
        .toList();
  }

  String tokenKeys() {
    return MailboxServiceGrpc.newBlockingStub(channel)
        .getTokenKeys(GetTokenKeysRequest.getDefaultInstance())
        .toString();
  }

  @Override
  public void onNext(AppendResponse response) {
    results.addAll(response.getResultsList());
  }

  @Override
  public void onError(Throwable t) {}

  @Override
  public void onCompleted() {}

  /// Leaves the store as it is.
  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
  }
}
