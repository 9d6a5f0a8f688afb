package sotto.presence;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import sotto.mesh.testing.HandClock;
import sotto.presence.v1.AttachRequest;
import sotto.presence.v1.AttachResponse;
import sotto.presence.v1.Lease;
import sotto.presence.v1.PresenceServiceGrpc;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// All in one thread: what is to be written waits in a queue until the test runs it.
final class SteppedPresenceTest {
  private final HandClock clock = new HandClock();
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final List<String> heard = new ArrayList<>();

  @Test
  void inOneThread_answersWhenStepped_andEndsLeasesWhenTicked() throws IOException {
    var presence = SteppedPresence.open(PresenceConfig.DEFAULT, clock, new Random(1), tasks::add);
    var builder = InProcessServerBuilder.forName("stepped-presence").directExecutor();
    presence.services().forEach(builder::addService);
    var server = builder.build().start();
    var channel = InProcessChannelBuilder.forName("stepped-presence").directExecutor().build();

    var stream = PresenceServiceGrpc.newStub(channel).attach(new Heard());
    stream.onNext(
        AttachRequest.newBuilder().setLease(Lease.newBuilder().setRelay("r1").setEpoch(1)).build());
    assertThat(heard).isEmpty();
    runTasks();
    assertThat(heard).containsExactly("LEASED");
    assertThat(presence.relays()).isOne();

    for (int i = 0; i < 44; i++) {
      clock.pass(Duration.ofMillis(250));
      presence.tick();
    }
    runTasks();
    assertThat(presence.relays()).isZero();
    assertThat(heard).containsExactly("LEASED", Reason.SILENT.name());

    channel.shutdownNow();
    server.shutdownNow();
  }

  private void runTasks() {
    while (!tasks.isEmpty()) {
      tasks.removeFirst().run();
    }
  }

  private final class Heard implements StreamObserver<AttachResponse> {
    @Override
    public void onNext(AttachResponse frame) {
      heard.add(frame.getFrameCase().name());
    }

    @Override
    public void onError(Throwable failure) {
      heard.add(Statuses.reason(failure).map(Reason::name).orElse("?"));
    }

    @Override
    public void onCompleted() {
      heard.add("COMPLETED");
    }
  }
}
