package sotto.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.ServerInterceptors;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountId;
import sotto.chain.DeviceId;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.AppendRequest;
import sotto.mailbox.v1.AppendResponse;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.MailboxServiceGrpc;
import sotto.mailbox.v1.ReadRequest;
import sotto.mailbox.v1.ReadResponse;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// Two pods, of which the caller reaches one.
final class PassOnTest {
  private static final String FIRST = "first:1";
  private static final String SECOND = "second:1";

  private final Map<String, String> addresses =
      Map.of(FIRST, UUID.randomUUID().toString(), SECOND, UUID.randomUUID().toString());
  private final List<AutoCloseable> open = new ArrayList<>();
  private final Mailbox first = new Mailbox(FIRST);
  private final Mailbox second = new Mailbox(SECOND);
  private Channel toFirst;

  /// Says who it is.
  private static final class Mailbox extends MailboxServiceGrpc.MailboxServiceImplBase {
    final String name;
    final AtomicReference<Optional<Caller>> caller = new AtomicReference<>(Optional.empty());
    final CountDownLatch cancelled = new CountDownLatch(1);

    Mailbox(String name) {
      this.name = name;
    }

    @Override
    public void read(ReadRequest request, StreamObserver<ReadResponse> response) {
      caller.set(Caller.current());
      if (request.getDevice() == 2) {
        throw Statuses.moved(name);
      }
      response.onNext(ReadResponse.newBuilder().setLast(name.length()).build());
      response.onCompleted();
    }

    @Override
    public StreamObserver<AppendRequest> append(StreamObserver<AppendResponse> responses) {
      return new StreamObserver<>() {
        @Override
        public void onNext(AppendRequest request) {
          var answer = AppendResponse.newBuilder();
          request
              .getAppendsList()
              .forEach(
                  a -> answer.addResults(AppendResult.newBuilder().setRequest(a.getRequest())));
          responses.onNext(answer.build());
        }

        @Override
        public void onError(Throwable t) {
          cancelled.countDown();
        }

        @Override
        public void onCompleted() {
          responses.onCompleted();
        }
      };
    }
  }

  @BeforeEach
  void start() {
    serve(first);
    serve(second);
    toFirst = channel(FIRST);
  }

  private void serve(Mailbox mailbox) {
    BindableService passing =
        () ->
            ServerInterceptors.intercept(
                mailbox, new PassOn(new Known(), pod -> pod.equals(SECOND)));
    open.add(InternalServer.start(address(mailbox.name), List.of(passing), Telemetry.none()));
  }

  private String address(String pod) {
    return addresses.getOrDefault(pod, "nowhere");
  }

  private ManagedChannel channel(String pod) {
    var channel = Channels.inProcess(address(pod), Telemetry.none());
    open.add(channel::shutdownNow);
    return channel;
  }

  private final class Known implements Pods {
    @Override
    public PodList list() {
      return PodList.EMPTY;
    }

    @Override
    public void onChange(Runnable listener) {}

    @Override
    public Channel channel(String name) {
      return PassOnTest.this.channel(name);
    }

    @Override
    public boolean isDown(String name) {
      return false;
    }
  }

  @AfterEach
  void close() throws Exception {
    for (var each : open.reversed()) {
      each.close();
    }
  }

  private MailboxServiceGrpc.MailboxServiceBlockingStub via(String pod) {
    return MailboxServiceGrpc.newBlockingStub(PassOn.via(toFirst, pod));
  }

  private static ReadRequest read(int device) {
    return ReadRequest.newBuilder()
        .setAccountId(ByteString.copyFrom(new byte[16]))
        .setDevice(device)
        .setMaxEnvelopes(1)
        .setMaxBytes(1)
        .build();
  }

  @Test
  void passedCall_isAnsweredByTheOtherWithItsCaller() {
    var caller = new Caller(new AccountId(1, 2), new DeviceId(3));
    assertThat(caller.on(via(SECOND)).read(read(1)).getLast()).isEqualTo(SECOND.length());
    assertThat(second.caller.get()).contains(caller);
    assertThat(first.caller.get()).isEmpty();
    assertThat(MailboxServiceGrpc.newBlockingStub(toFirst).read(read(1)).getLast())
        .isEqualTo(FIRST.length());
  }

  @Test
  void refusalOfTheOther_keepsItsReasonAndItsOwner() {
    assertThatThrownBy(() -> via(SECOND).read(read(2)))
        .satisfies(e -> assertThat(Statuses.movedTo(e)).contains(SECOND));
  }

  @Test
  void podThatIsNotAllowed_isNotGoneTo() {
    assertThatThrownBy(() -> via("elsewhere:1").read(read(1)))
        .satisfies(e -> assertThat(Statuses.reason(e)).contains(Reason.UNAVAILABLE));
    // The first itself is none of its others.
    assertThatThrownBy(() -> via(FIRST).read(read(1)))
        .satisfies(e -> assertThat(Statuses.reason(e)).contains(Reason.UNAVAILABLE));
  }

  @Test
  void callPassedOn_isNotPassedOnAgain() {
    var twice = PassOn.via(PassOn.via(toFirst, SECOND), SECOND);
    assertThat(MailboxServiceGrpc.newBlockingStub(twice).read(read(1)).getLast())
        .isEqualTo(SECOND.length());
  }

  @Test
  void stream_isPassedOnMessageByMessageAndItsCancellationToo() throws Exception {
    BlockingQueue<Long> answers = new LinkedBlockingQueue<>();
    var requests =
        MailboxServiceGrpc.newStub(PassOn.via(toFirst, SECOND))
            .append(
                new StreamObserver<>() {
                  @Override
                  public void onNext(AppendResponse response) {
                    response.getResultsList().forEach(r -> answers.add(r.getRequest()));
                  }

                  @Override
                  public void onError(Throwable t) {}

                  @Override
                  public void onCompleted() {}
                });
    for (long i = 1; i <= 100; i++) {
      requests.onNext(
          AppendRequest.newBuilder()
              .addAppends(
                  Append.newBuilder()
                      .setRequest(i)
                      .setAccountId(ByteString.copyFrom(new byte[16]))
                      .setEnvelopeId(ByteString.copyFrom(new byte[16])))
              .build());
    }
    for (long i = 1; i <= 100; i++) {
      assertThat(answers.poll(20, TimeUnit.SECONDS)).isEqualTo(i);
    }
    requests.onError(new IllegalStateException("over"));
    assertThat(second.cancelled.await(20, TimeUnit.SECONDS)).isTrue();
  }
}
