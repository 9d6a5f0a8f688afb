package sotto.bench;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.DeviceRegistration;
import sotto.account.v1.RegisterRequest;
import sotto.chain.testing.TestAccount;
import sotto.mailbox.v1.AckRequest;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.AppendRequest;
import sotto.mailbox.v1.AppendResponse;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.DeviceAck;
import sotto.mailbox.v1.DeviceAppend;
import sotto.mailbox.v1.MailboxServiceGrpc;
import sotto.mesh.InternalServer;
import sotto.mesh.Telemetry;
import sotto.store.StoreConfig;
import sotto.store.StoreService;
import sotto.store.sql.StoreUrl;

/// A store in this process, with accounts in it and callers that wait for each answer.
final class StoreUnderTest implements AutoCloseable {
  private static final int ACCOUNTS = 512;

  private final StoreService store;
  private final InternalServer server;
  private final ManagedChannel channel;
  private final List<TestAccount> accounts = new ArrayList<>();
  private final ByteString envelope;
  private final AtomicLong number = new AtomicLong(new Random().nextLong());
  private final Appends appends;
  // What an append run has stored for an ack run to remove.
  private final Queue<Stored> stored = new ArrayDeque<>();
  private volatile boolean closing;
  private Optional<Thread> sweeping = Optional.empty();

  private record Stored(TestAccount account, long position) {}

  private StoreUnderTest(StoreConfig config, int envelopeBytes) {
    Telemetry telemetry = Telemetry.none();
    store = StoreService.open(config, Clock.systemUTC(), new SecureRandom(), telemetry);
    server = InternalServer.start(UUID.randomUUID().toString(), store.services(), telemetry);
    channel = server.newChannel();
    byte[] bytes = new byte[envelopeBytes];
    new Random(1).nextBytes(bytes);
    envelope = ByteString.copyFrom(bytes);
    long seed = new Random().nextLong();
    for (int i = 0; i < ACCOUNTS; i++) {
      accounts.add(register(seed + i, i));
    }
    appends = new Appends(MailboxServiceGrpc.newStub(channel));
  }

  static StoreUnderTest open(Path folder, Optional<StoreUrl> url, int writers, int envelopeBytes) {
    StoreConfig defaults = StoreConfig.defaults(folder, List.of("localhost"));
    return new StoreUnderTest(
        new StoreConfig(
            folder,
            url,
            writers,
            "bench",
            1_000_000,
            1L << 40,
            defaults.mailboxLife(),
            defaults.dormantAfter(),
            defaults.coldAfter(),
            defaults.coldGiveUp(),
            defaults.sealedPerRecipient(),
            defaults.registration(),
            defaults.serverNames()),
        envelopeBytes);
  }

  private TestAccount register(long seed, int index) {
    TestAccount account = TestAccount.found(seed);
    String name = "b" + Long.toUnsignedString(seed, 36) + "." + Integer.toString(index, 36);
    var response =
        AccountServiceGrpc.newBlockingStub(channel)
            .register(
                RegisterRequest.newBuilder()
                    .setUsername(name)
                    .setLink(ByteString.copyFrom(account.chain().links().getFirst().bytes()))
                    .setDevice(
                        DeviceRegistration.newBuilder()
                            .setRegistrationId(1)
                            .setSignedPreKey(Person.key(33, 5))
                            .setLastResortKyberPreKey(Person.key(1569, 8)))
                    .build());
    if (!response.hasRegistered()) {
      throw new IllegalStateException("not registered: " + response);
    }
    return account;
  }

  /// One stream of appends, as a relay has.
  private static final class Appends implements StreamObserver<AppendResponse> {
    private final StreamObserver<AppendRequest> out;
    private final Map<Long, CompletableFuture<AppendResult>> waiting = new ConcurrentHashMap<>();

    Appends(MailboxServiceGrpc.MailboxServiceStub stub) {
      out = stub.append(this);
    }

    AppendResult call(Append append) {
      CompletableFuture<AppendResult> result = new CompletableFuture<>();
      waiting.put(append.getRequest(), result);
      synchronized (this) {
        out.onNext(AppendRequest.newBuilder().addAppends(append).build());
      }
      return result.join();
    }

    @Override
    public void onNext(AppendResponse response) {
      for (AppendResult result : response.getResultsList()) {
        CompletableFuture<AppendResult> caller = waiting.remove(result.getRequest());
        if (caller != null) {
          caller.complete(result);
        }
      }
    }

    @Override
    public void onError(Throwable t) {
      waiting.values().forEach(caller -> caller.completeExceptionally(t));
    }

    @Override
    public void onCompleted() {}
  }

  private interface Call {
    /// False when there is nothing more to do.
    boolean run(Random random);
  }

  /// Appends for so long; every envelope is new.
  long[] append(int callers, int seconds) throws InterruptedException {
    stored.clear();
    return run(callers, seconds, this::appendOne);
  }

  /// Appends one envelope to somebody's mailbox and waits until it is durable.
  boolean appendOne(Random random) {
    TestAccount to = accounts.get(random.nextInt(ACCOUNTS));
    long n = number.getAndIncrement();
    AppendResult result =
        appends.call(
            Append.newBuilder()
                .setRequest(n)
                .setAccountId(ByteString.copyFrom(to.id().bytes()))
                .setEnvelopeId(ByteString.copyFrom(ByteBuffer.allocate(16).putLong(n).array()))
                .addDevices(
                    DeviceAppend.newBuilder()
                        .setDevice(1)
                        .setRegistrationId(1)
                        .setEnvelope(envelope))
                .build());
    if (!result.hasAppended()) {
      throw new IllegalStateException("not appended: " + result);
    }
    synchronized (stored) {
      stored.add(new Stored(to, result.getAppended().getStored(0).getPosition()));
    }
    return true;
  }

  /// Acknowledges what the last append run stored, one envelope a call.
  long[] ack(int callers, int seconds) throws InterruptedException {
    var stub = MailboxServiceGrpc.newBlockingStub(channel);
    return run(
        callers,
        seconds,
        _ -> {
          Stored next;
          synchronized (stored) {
            next = stored.poll();
          }
          if (next == null) {
            return false;
          }
          var response =
              stub.ack(
                  AckRequest.newBuilder()
                      .addAcks(
                          DeviceAck.newBuilder()
                              .setAccountId(ByteString.copyFrom(next.account.id().bytes()))
                              .setDevice(1)
                              .addPositions(next.position))
                      .build());
          if (!response.getResults(0).hasAcked()) {
            throw new IllegalStateException("not acked: " + response);
          }
          return true;
        });
  }

  private static long[] run(int callers, int seconds, Call call) throws InterruptedException {
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    List<List<Long>> times =
        IntStream.range(0, callers).<List<Long>>mapToObj(_ -> new ArrayList<>()).toList();
    List<Thread> threads = new ArrayList<>();
    for (List<Long> mine : times) {
      threads.add(
          Thread.ofVirtual()
              .start(() -> {
                Random random = new Random();
                long begin = System.nanoTime();
                while (begin < end && call.run(random)) {
                  long now = System.nanoTime();
                  mine.add(now - begin);
                  begin = now;
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    long[] all = times.stream().flatMap(List::stream).mapToLong(Long::longValue).toArray();
    return all.length == 0 ? LongStream.of(0).toArray() : all;
  }

  /// Sweeps one bucket after the other without a pause, until closed.
  void sweepAllTheTime() {
    if (sweeping.isEmpty()) {
      sweeping =
          Optional.of(
              Thread.ofPlatform()
                  .start(() -> {
                    for (int bucket = 0; !closing; bucket = (bucket + 1) % 1024) {
                      var _ = store.sweep(bucket);
                    }
                  }));
    }
  }

  @Override
  public void close() {
    closing = true;
    sweeping.ifPresent(thread -> {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
    channel.shutdownNow();
    server.close();
    store.close();
  }
}
