package sotto.store;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import sotto.account.v1.AccountServiceGrpc;
import sotto.chain.testing.TestAccount;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.AppendRequest;
import sotto.mailbox.v1.AppendResponse;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.GetTokenKeysRequest;
import sotto.mailbox.v1.MailboxServiceGrpc;
import sotto.mailbox.v1.ReadRequest;
import sotto.mesh.testing.HandClock;
import sotto.store.testing.CommitFault;
import sotto.store.testing.MemoryDatabase;
import sotto.store.write.Peers;

/// A stepped pod with a relay's end of its calls, all on one thread.
final class SteppedPod implements StreamObserver<AppendResponse>, AutoCloseable {
  final SteppedStore store;
  final List<AppendResult> results = new ArrayList<>();
  private final Server server;
  private final ManagedChannel channel;
  private final StreamObserver<AppendRequest> appends;
  private long request;

  SteppedPod(
      String name,
      MemoryDatabase database,
      Supplier<CommitFault> faults,
      Peers peers,
      HandClock clock,
      long seed)
      throws IOException {
    StoreConfig config = named(StoreConfig.defaults(Path.of("none"), List.of(Rig.SERVER)), name);
    store =
        SteppedStore.open(
            config,
            database,
            faults,
            peers,
            clock,
            () -> TimeUnit.MILLISECONDS.toNanos(clock.millis()),
            new Random(seed));
    String address = UUID.randomUUID().toString();
    InProcessServerBuilder builder = InProcessServerBuilder.forName(address).directExecutor();
    store.services().forEach(builder::addService);
    server = builder.build().start();
    channel = InProcessChannelBuilder.forName(address).directExecutor().build();
    appends = MailboxServiceGrpc.newStub(channel).append(this);
  }

  static StoreConfig named(StoreConfig c, String pod) {
    return new StoreConfig(
        c.dataDir(),
        c.url(),
        c.writers(),
        pod,
        c.mailboxEnvelopes(),
        c.mailboxBytes(),
        c.mailboxLife(),
        c.dormantAfter(),
        c.serverNames());
  }

  void register(TestAccount account, String name) {
    var response =
        AccountServiceGrpc.newBlockingStub(channel).register(Rig.registration(account, name));
    if (!response.hasRegistered()) {
      throw new AssertionError(response);
    }
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
    while (store.step()) {
      // Until nothing waits.
    }
    return results.getLast();
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
