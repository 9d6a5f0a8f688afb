package sotto.bench;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sotto.bench.micro.PodAnswers;
import sotto.bench.report.Plot;
import sotto.bench.report.Plot.Point;
import sotto.bench.report.Plot.Scale;
import sotto.bench.report.Report;
import sotto.bench.report.Table;
import sotto.bench.report.Table.Column;
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
  private static final int STEPS = 5;
  private static final long ROUND_MILLIS = 2_000;
  private static final int IN_FLIGHT = 64;
  private static final double MIB = 1 << 20;

  private final int devices;
  private final int trials;
  private final Table rates =
      new Table(
          "What a presence pod bears",
          "A second; registrations are made once, in batches of a thousand of which one is in flight;"
              + " look-ups for two seconds a trial. *Called* is the service without a transport, *gRPC*"
              + " the in-process transport with marshalling, caller and pod in one process.",
          new Column("what", 0),
          new Column("accounts at once", 0),
          new Column("trial", 0),
          new Column("a second", 0));
  private final Table memory =
      new Table(
          "Memory of a presence pod",
          "Live heap above that of a pod without devices; none has published anything.",
          new Column("devices", 0),
          new Column("MiB", 1),
          new Column("bytes a device", 1));
  private final Plot plot =
      new Plot(
          "Memory of a presence pod",
          new Scale("connected devices", false),
          new Scale("MiB", false));

  private PresenceBench(int devices, int trials) {
    this.devices = devices;
    this.trials = trials;
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

    @Mixin private final ReportOptions reporting = new ReportOptions();

    @Override
    public Integer call() throws Exception {
      reporting.within("--devices", devices, STEPS, 100_000_000);
      return reporting.measure(this::measure);
    }

    private void measure(Report report) throws Exception {
      PresenceBench bench = new PresenceBench(devices, reporting.trials());
      bench.called();
      bench.overGrpc();
      report.add(bench.rates);
      report.add(bench.memory);
      report.add("memory", bench.plot);
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
    var relay = new PodAnswers();
    var stream = service.attach(relay);
    lease(stream);
    List<Point> points = new ArrayList<>();
    double seconds = 0;
    for (int step = 1; step <= STEPS; step++) {
      int until = (int) ((long) devices * step / STEPS);
      seconds += register(stream, relay.done, (int) ((long) devices * (step - 1) / STEPS), until);
      long bytes = used() - before;
      memory.row(until, bytes / MIB, (double) bytes / until);
      points.add(new Point(until, bytes / MIB));
    }
    plot.line("live heap", points);
    rates.row("registrations, called", BATCH, 1, devices / seconds);
    for (int size : new int[] {1, 100, BATCH}) {
      rounds(
          "look-ups, called",
          size,
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
      var stream = stub.attach(relay);
      lease(stream);
      double seconds = register(stream, relay.done, 0, devices);
      rates.row("registrations, gRPC", BATCH, 1, devices / seconds);
      for (int size : new int[] {1, 100, BATCH}) {
        var room = new Semaphore(IN_FLIGHT);
        rounds(
            "look-ups, gRPC, %d calls in flight".formatted(IN_FLIGHT),
            size,
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

  private static void lease(StreamObserver<AttachRequest> stream) {
    stream.onNext(
        AttachRequest.newBuilder()
            .setLease(Lease.newBuilder().setRelay("bench").setEpoch(1))
            .build());
  }

  /// One batch is in flight, as a relay does it.
  ///
  /// @return seconds that it took
  private static double register(
      StreamObserver<AttachRequest> stream, Semaphore done, int first, int end)
      throws InterruptedException {
    long start = System.nanoTime();
    for (int from = first; from < end; from += BATCH) {
      var changes = Changes.newBuilder().setBatch(from);
      for (int i = from; i < Math.min(end, from + BATCH); i++) {
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
    return (System.nanoTime() - start) / 1e9;
  }

  private interface Asking {
    int ask(long random);
  }

  private void rounds(String what, int size, Asking asking) {
    var random = new SplittableRandom(5);
    // The first is for the compiler.
    for (int trial = 0; trial <= trials; trial++) {
      long start = System.nanoTime();
      long end = start + ROUND_MILLIS * 1_000_000;
      long asked = 0;
      while (System.nanoTime() < end) {
        asked += asking.ask(random.nextLong());
      }
      if (trial > 0) {
        rates.row(what, size, trial, asked / ((System.nanoTime() - start) / 1e9));
      }
    }
    Bench.say(what + ", " + size + " at once: done");
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
}
