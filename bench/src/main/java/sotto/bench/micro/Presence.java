package sotto.bench.micro;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.time.Clock;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;
import sotto.chain.AccountId;
import sotto.presence.PresenceConfig;
import sotto.presence.SteppedPresence;
import sotto.presence.v1.AttachRequest;
import sotto.presence.v1.Change;
import sotto.presence.v1.Changes;
import sotto.presence.v1.Connected;
import sotto.presence.v1.Disconnected;
import sotto.presence.v1.Lease;
import sotto.presence.v1.LocateRequest;
import sotto.presence.v1.LocateResponse;
import sotto.presence.v1.PresenceServiceGrpc.PresenceServiceImplBase;

/// A presence pod's table with half a million devices, through its service without a transport; for
/// one device.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Presence {
  private static final int DEVICES = 500_000;
  private static final int BATCH = 100;

  private final PresenceServiceImplBase service =
      (PresenceServiceImplBase)
          SteppedPresence.open(
                  PresenceConfig.DEFAULT, Clock.systemUTC(), new SplittableRandom(3), Runnable::run)
              .services()
              .getFirst();
  private final PodAnswers answers = new PodAnswers();
  private final StreamObserver<AttachRequest> relay = service.attach(answers);
  private final SplittableRandom random = new SplittableRandom(5);
  private long batch;

  /// Connects them.
  @Setup
  public void connectAll() {
    relay.onNext(
        AttachRequest.newBuilder()
            .setLease(Lease.newBuilder().setRelay("bench").setEpoch(1))
            .build());
    for (int from = 0; from < DEVICES; from += BATCH) {
      send(from, true);
    }
  }

  private static ByteString account(int number) {
    var ids = new SplittableRandom(number);
    return ByteString.copyFrom(new AccountId(ids.nextLong(), ids.nextLong()).bytes());
  }

  private void send(int from, boolean connect) {
    var changes = Changes.newBuilder().setBatch(++batch);
    for (int i = from; i < from + BATCH; i++) {
      changes.addChanges(connect ? connected(i) : disconnected(i));
    }
    relay.onNext(AttachRequest.newBuilder().setChanges(changes).build());
    answers.done.acquireUninterruptibly();
  }

  private static Change connected(int number) {
    return Change.newBuilder()
        .setConnected(
            Connected.newBuilder()
                .setAccountId(account(number))
                .setDevice(1)
                .setConnectionNumber(1))
        .build();
  }

  private static Change disconnected(int number) {
    return Change.newBuilder()
        .setDisconnected(
            Disconnected.newBuilder()
                .setAccountId(account(number))
                .setDevice(1)
                .setConnectionNumber(1))
        .build();
  }

  /// Goes and comes again, a hundred in a batch.
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void goAndCome() {
    int from = random.nextInt(DEVICES / BATCH) * BATCH;
    send(from, false);
    send(from, true);
  }

  /// Where it is, a hundred at once.
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void locate(Blackhole into) {
    var request = LocateRequest.newBuilder();
    for (int i = 0; i < BATCH; i++) {
      request.addAccountIds(account(random.nextInt(DEVICES)));
    }
    service.locate(request.build(), new Located(into));
  }

  private record Located(Blackhole into) implements StreamObserver<LocateResponse> {
    @Override
    public void onNext(LocateResponse response) {
      into.consume(response);
    }

    @Override
    public void onError(Throwable failure) {
      throw new IllegalStateException(failure);
    }

    @Override
    public void onCompleted() {}
  }
}
