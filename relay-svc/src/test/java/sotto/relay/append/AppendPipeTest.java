package sotto.relay.append;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountId;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.AppendRequest;
import sotto.mailbox.v1.AppendResponse;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.Appended;
import sotto.mailbox.v1.DeviceAppend;
import sotto.mailbox.v1.MailboxServiceGrpc;
import sotto.mesh.InternalServer;
import sotto.mesh.Pods;
import sotto.mesh.Telemetry;
import sotto.relay.pods.Routes;
import sotto.relay.time.Backoff;
import sotto.relay.time.Wheel;

class AppendPipeTest {
  private final PullingStore store = new PullingStore();
  private final InternalServer server =
      InternalServer.start(UUID.randomUUID().toString(), List.of(store), Telemetry.none());
  private final ManagedChannel channel = server.newChannel();
  private final Wheel wheel = new Wheel(10, 0);
  private final Routes routes = new Routes(Pods.one("store", channel), wheel);
  private final AppendPipes pipes =
      new AppendPipes(routes, wheel, new Backoff(20, 2_000, new Random(1)), 150_000);
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

  @AfterEach
  void close() {
    channel.shutdownNow();
    server.close();
  }

  @Test
  void brokenStream_reportsWhatWasWritten_thenWhatWaited_andSendsNoneOfItByItself()
      throws Exception {
    append("first");
    var stream = store.opened();
    stream.request(1);
    assertThat(store.batch()).containsExactly("first");
    append("second");
    append("third");

    stream.onError(Status.UNAVAILABLE.asRuntimeException());
    assertThat(List.of(next(), next(), next()))
        .containsExactly("broken first", "broken second", "broken third");
    wheel.advanceTo(1_000);
    append("later");

    store.opened().request(1);
    assertThat(store.batch()).containsExactly("later");
  }

  @Test
  void brokenStream_takesNothingMore_soThatNothingOvertakesWhatBroke() throws Exception {
    var bound = pipes.bind(new AccountId(0, 0)).stream();
    append(bound, "first");
    var stream = store.opened();
    stream.request(1);
    assertThat(store.batch()).containsExactly("first");
    stream.onError(Status.UNAVAILABLE.asRuntimeException());
    assertThat(next()).isEqualTo("broken first");

    // Handed over by a lane that has not heard yet.
    append(bound, "second");

    assertThat(next()).isEqualTo("broken second");
    wheel.advanceTo(10_000);
    append("first again");
    store.opened().request(1);
    assertThat(store.batch()).containsExactly("first again");
  }

  @Test
  void unusedStream_isEnded_andAnotherIsMadeOnDemand() throws Exception {
    var before = pipes.bind(new AccountId(0, 0)).stream();
    wheel.advanceTo(400_000);

    assertThat(pipes.bind(new AccountId(0, 0)).stream()).isNotSameAs(before);
    append(before, "late");
    assertThat(next()).isEqualTo("broken late");
  }

  @Test
  void whatGathersWhileTheStoreIsBusy_isOneBatch() throws Exception {
    append("first");
    var stream = store.opened();
    stream.request(1);
    assertThat(store.batch()).containsExactly("first");
    append("second");
    append("third");

    stream.request(1);

    assertThat(store.batch()).containsExactly("second", "third");
  }

  @Test
  void bound_isKnownToThoseWhoAsk_andRoomIsToldOnce() throws Exception {
    append("x".repeat(90_000));
    assertThat(pipes.hasRoom()).isTrue();
    append("y".repeat(90_000));
    assertThat(pipes.hasRoom()).isFalse();
    pipes.whenRoom(() -> heard.add("room"));

    var stream = store.opened();
    stream.request(1);
    store.batch();
    stream.onNext(
        AppendResponse.newBuilder()
            .addResults(
                AppendResult.newBuilder()
                    .setRequest(1)
                    .setEpoch(1)
                    .setAppended(Appended.getDefaultInstance()))
            .build());

    assertThat(next()).startsWith("appended x");
    assertThat(next()).isEqualTo("room");
    assertThat(pipes.hasRoom()).isTrue();
  }

  private void append(String name) {
    append(pipes.bind(new AccountId(0, 0)).stream(), name);
  }

  private void append(Appends to, String name) {
    to.append(
        Append.newBuilder()
            .setAccountId(ByteString.copyFrom(new byte[16]))
            .setSenderAccountId(ByteString.copyFrom(new byte[16]))
            .setEnvelopeId(ByteString.copyFrom(new byte[16]))
            .addDevices(
                DeviceAppend.newBuilder().setDevice(1).setEnvelope(ByteString.copyFromUtf8(name)))
            .build(),
        new AppendListener() {
          @Override
          public void answered(AppendResult result) {
            heard.add("appended " + name);
          }

          @Override
          public void broken() {
            heard.add("broken " + name);
          }
        });
  }

  private String next() throws InterruptedException {
    var event = heard.poll(10, TimeUnit.SECONDS);
    assertThat(event).isNotNull();
    return String.valueOf(event);
  }

  /// A store that takes a batch when the test says so.
  private static final class PullingStore extends MailboxServiceGrpc.MailboxServiceImplBase {
    private final BlockingQueue<ServerCallStreamObserver<AppendResponse>> streams =
        new LinkedBlockingQueue<>();
    private final BlockingQueue<List<String>> batches = new LinkedBlockingQueue<>();

    @Override
    public StreamObserver<AppendRequest> append(StreamObserver<AppendResponse> out) {
      var stream = (ServerCallStreamObserver<AppendResponse>) out;
      stream.disableAutoRequest();
      streams.add(stream);
      return new StreamObserver<>() {
        @Override
        public void onNext(AppendRequest request) {
          batches.add(
              request.getAppendsList().stream()
                  .map(a -> a.getDevices(0).getEnvelope().toStringUtf8())
                  .toList());
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
      };
    }

    ServerCallStreamObserver<AppendResponse> opened() throws InterruptedException {
      var stream = streams.poll(10, TimeUnit.SECONDS);
      assertThat(stream).isNotNull();
      return Objects.requireNonNull(stream);
    }

    List<String> batch() throws InterruptedException {
      var batch = batches.poll(10, TimeUnit.SECONDS);
      assertThat(batch).isNotNull();
      return Objects.requireNonNull(batch);
    }
  }
}
