package sotto.bench;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Clock;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sotto.chain.AccountId;
import sotto.mesh.InternalServer;
import sotto.mesh.Telemetry;
import sotto.presence.PresenceConfig;
import sotto.presence.SteppedPresence;
import sotto.presence.v1.AttachRequest;
import sotto.presence.v1.AttachResponse;
import sotto.presence.v1.Change;
import sotto.presence.v1.Changes;
import sotto.presence.v1.Connected;
import sotto.presence.v1.Lease;
import sotto.presence.v1.LocateRequest;
import sotto.presence.v1.LocateResponse;
import sotto.presence.v1.PresenceServiceGrpc;
import sotto.presence.v1.PresenceServiceGrpc.PresenceServiceImplBase;

/// How many bytes a connected device takes at a presence pod, and how many registrations and
/// look-ups a second the pod bears: its service called in process, and over gRPC's in-process
/// transport with its marshalling.
final class PresenceBench {
  private static final int BATCH = 1_000;
  private static final int ROUNDS = 5;
  private static final long ROUND_MILLIS = 2_000;
  private static final int IN_FLIGHT = 64;

  private final int devices;

  private PresenceBench(int devices) {
    this.devices = devices;
  }

  /// `presence`.
  @Command(
      name = "presence",
      mixinStandardHelpOptions = true,
      description =
          "Bytes that a connected device takes at a presence pod, registrations and look-ups a second, called in process and over gRPC.")
  static final class Asked implements Callable<Integer> {
    @Option(
        names = "--devices",
        paramLabel = "N",
        defaultValue = "5000000",
        description = "How many are connected (default: ${DEFAULT-VALUE}).")
    private int devices;

    @Override
    public Integer call() throws Exception {
      var bench = new PresenceBench(devices);
      System.out.printf(
          "%,d devices, %d cores%n", devices, Runtime.getRuntime().availableProcessors());
      bench.called();
      bench.overGrpc();

      return 0;
    }
  }

  private static SteppedPresence presence() {
    return SteppedPresence.open(
        PresenceConfig.DEFAULT,
        Clock.systemUTC(),
        new SplittableRandom(3),
        Thread::startVirtualThread);
  }

  private void called() throws InterruptedException {
    long before = used();
    var presence = presence();
    var service = (PresenceServiceImplBase) presence.services().getFirst();
    var relay = new Acknowledged();
    var stream = service.attach(relay);
    register("registrations, called", stream, relay.done);
    System.out.printf(
        Locale.ROOT, "%-40s %.1f%n", "bytes a device", (double) (used() - before) / devices);
    for (int size : new int[] {1, 100, BATCH}) {
      rounds(
          "look-ups, called, %d at once".formatted(size),
          random -> {
            var answer = new Counted(() -> {});
            service.locate(request(new SplittableRandom(random), size), answer);
            return size;
          });
    }
    stream.onCompleted();
  }

  private void overGrpc() throws InterruptedException {
    var presence = presence();
    try (var server = InternalServer.start("bench", presence.services(), Telemetry.none())) {
      var channel = server.newChannel();
      var stub = PresenceServiceGrpc.newStub(channel);
      var relay = new Heard();
      register("registrations, gRPC", stub.attach(relay), relay.done);
      for (int size : new int[] {1, 100, BATCH}) {
        var room = new Semaphore(IN_FLIGHT);
        rounds(
            "look-ups, gRPC, %d at once, %d calls".formatted(size, IN_FLIGHT),
            random -> {
              room.acquireUninterruptibly();
              stub.locate(request(new SplittableRandom(random), size), new Counted(room::release));
              return size;
            });
        room.acquire(IN_FLIGHT);
      }
      channel.shutdownNow();
    }
  }

  /// One batch is in flight, as a relay does it.
  private void register(String what, StreamObserver<AttachRequest> stream, Semaphore done)
      throws InterruptedException {
    stream.onNext(
        AttachRequest.newBuilder()
            .setLease(Lease.newBuilder().setRelay("bench").setEpoch(1))
            .build());
    long start = System.nanoTime();
    for (int from = 0; from < devices; from += BATCH) {
      var changes = Changes.newBuilder().setBatch(from);
      for (int i = from; i < Math.min(devices, from + BATCH); i++) {
        changes.addChanges(
            Change.newBuilder()
                .setConnected(
                    Connected.newBuilder()
                        .setAccountId(account(i))
                        .setDevice(1)
                        .setConnectionNumber(1)));
      }
      stream.onNext(AttachRequest.newBuilder().setChanges(changes).build());
      done.acquire();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(Locale.ROOT, "%-40s %,12.0f /s%n", what, devices / seconds);
  }

  private interface Asking {
    int ask(long random);
  }

  private void rounds(String what, Asking asking) {
    var random = new SplittableRandom(5);
    var rates = new double[ROUNDS];
    for (int round = -1; round < ROUNDS; round++) {
      long start = System.nanoTime();
      long end = start + ROUND_MILLIS * 1_000_000;
      long asked = 0;
      while (System.nanoTime() < end) {
        asked += asking.ask(random.nextLong());
      }
      if (round >= 0) {
        rates[round] = asked / ((System.nanoTime() - start) / 1e9);
      }
    }
    Arrays.sort(rates);
    System.out.printf(
        Locale.ROOT,
        "%-40s %,12.0f /s  (%,.0f to %,.0f)%n",
        what,
        rates[ROUNDS / 2],
        rates[0],
        rates[ROUNDS - 1]);
  }

  private LocateRequest request(SplittableRandom random, int size) {
    var request = LocateRequest.newBuilder();
    for (int i = 0; i < size; i++) {
      request.addAccountIds(account(random.nextInt(devices)));
    }
    return request.build();
  }

  private static ByteString account(int number) {
    var random = new SplittableRandom(number);
    return ByteString.copyFrom(new AccountId(random.nextLong(), random.nextLong()).bytes());
  }

  private static long used() throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      System.gc();
      Thread.sleep(200);
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private record Counted(Runnable done) implements StreamObserver<LocateResponse> {
    private static final AtomicLong FOUND = new AtomicLong();

    @Override
    public void onNext(LocateResponse response) {
      FOUND.addAndGet(response.getAccounts(0).getLocationsCount());
    }

    @Override
    public void onError(Throwable failure) {
      throw new IllegalStateException(failure);
    }

    @Override
    public void onCompleted() {
      done.run();
    }
  }

  private static final class Heard implements StreamObserver<AttachResponse> {
    final Semaphore done = new Semaphore(0);

    @Override
    public void onNext(AttachResponse frame) {
      if (frame.hasDone()) {
        done.release();
      }
    }

    @Override
    public void onError(Throwable failure) {
      // The bench is over.
    }

    @Override
    public void onCompleted() {}
  }

  /// The pod's end of a stream, without a transport.
  private static final class Acknowledged extends ServerCallStreamObserver<AttachResponse> {
    final Semaphore done = new Semaphore(0);

    @Override
    public void onNext(AttachResponse frame) {
      if (frame.hasDone()) {
        done.release();
      }
    }

    @Override
    public void onError(Throwable failure) {
      throw new IllegalStateException(failure);
    }

    @Override
    public void onCompleted() {}

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {}

    @Override
    public void setOnCloseHandler(Runnable handler) {}

    @Override
    public void setCompression(String compression) {}

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setOnReadyHandler(Runnable handler) {}

    @Override
    public void request(int count) {}

    @Override
    public void setMessageCompression(boolean enable) {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void disableAutoRequest() {}
  }
}
