package sotto.presence;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.extension.ExtendWith;
import org.pastalab.fray.junit.junit5.FrayTestExtension;
import org.pastalab.fray.junit.junit5.annotations.FrayTest;
import sotto.chain.AccountId;
import sotto.presence.v1.AttachRequest;
import sotto.presence.v1.AttachResponse;
import sotto.presence.v1.Change;
import sotto.presence.v1.Changes;
import sotto.presence.v1.Connected;

/// Two relays register the same device at once, each on a thread of its own; what each is told is
/// written by threads that whoever has something to say starts.
@ExtendWith(FrayTestExtension.class)
class AttachFrayTest {
  private static final AccountId ACCOUNT = new AccountId(new byte[AccountId.LENGTH]);

  private final ConcurrentLinkedQueue<Thread> drains = new ConcurrentLinkedQueue<>();

  @FrayTest(iterations = 50)
  void bothRegisterAtOnce_theLowerNumberIsTold_andNothingIsLost() throws InterruptedException {
    var config = PresenceConfig.DEFAULT;
    var directory =
        new Directory(config, new LeaseTime(Clock.systemUTC(), 1_000), new SipHash(1, 2));
    var lower = new Written();
    var higher = new Written();
    var one = relay(directory, config, lower, "one", 5);
    var other = relay(directory, config, higher, "other", 6);
    one.start();
    other.start();
    one.join();
    other.join();
    for (var drain = drains.poll(); drain != null; drain = drains.poll()) {
      drain.join();
    }

    assertThat(lower.frames).anyMatch(AttachResponse::hasLeased).anyMatch(AttachResponse::hasDone);
    assertThat(higher.frames).anyMatch(AttachResponse::hasLeased).anyMatch(AttachResponse::hasDone);
    assertThat(lower.frames)
        .anyMatch(f -> f.hasDisplaced() && f.getDisplaced().getConnectionNumber() == 6);
    assertThat(higher.frames).noneMatch(AttachResponse::hasDisplaced);
  }

  private Thread relay(
      Directory directory, PresenceConfig config, Written written, String name, long number) {
    return new Thread(() -> {
      var stream = AttachStream.open(directory, config, written, this::drain);
      stream.onNext(
          AttachRequest.newBuilder()
              .setLease(sotto.presence.v1.Lease.newBuilder().setRelay(name).setEpoch(1))
              .build());
      stream.onNext(
          AttachRequest.newBuilder()
              .setChanges(
                  Changes.newBuilder()
                      .setBatch(1)
                      .addChanges(
                          Change.newBuilder()
                              .setConnected(
                                  Connected.newBuilder()
                                      .setAccountId(ByteString.copyFrom(ACCOUNT.bytes()))
                                      .setDevice(1)
                                      .setConnectionNumber(number))))
              .build());
    });
  }

  private void drain(Runnable task) {
    var thread = new Thread(task);
    drains.add(thread);
    thread.start();
  }

  /// The relay's end: takes frames from one thread at a time, or says so.
  private static final class Written extends ServerCallStreamObserver<AttachResponse> {
    final List<AttachResponse> frames = new ArrayList<>();
    private final AtomicBoolean inUse = new AtomicBoolean();

    @Override
    public void onNext(AttachResponse frame) {
      if (!inUse.compareAndSet(false, true)) {
        throw new AssertionError("two threads write at once");
      }
      frames.add(frame);
      inUse.set(false);
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public void onError(Throwable failure) {
      throw new AssertionError(failure);
    }

    @Override
    public void onCompleted() {}

    @Override
    public void setOnCancelHandler(Runnable handler) {}

    @Override
    public void setOnCloseHandler(Runnable handler) {}

    @Override
    public void setOnReadyHandler(Runnable handler) {}

    @Override
    public void setCompression(String compression) {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void disableAutoRequest() {}

    @Override
    public void request(int count) {}

    @Override
    public void setMessageCompression(boolean enable) {}
  }
}
