package sotto.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import com.google.protobuf.ByteString;
import com.google.rpc.ErrorInfo;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.AccountServiceGrpc.AccountServiceBlockingStub;
import sotto.account.v1.GetChainRequest;
import sotto.account.v1.GetServerInfoRequest;
import sotto.chain.AccountId;
import sotto.chain.DeviceId;
import sotto.presence.v1.AttachRequest;
import sotto.presence.v1.AttachResponse;
import sotto.presence.v1.Lease;
import sotto.presence.v1.Leased;
import sotto.presence.v1.LocateRequest;
import sotto.presence.v1.PresenceServiceGrpc;
import sotto.presence.v1.PresenceServiceGrpc.PresenceServiceImplBase;
import sotto.proto.Reason;
import sotto.proto.Statuses;

class CallsTest {
  private static final Caller CALLER = new Caller(new AccountId(1, 2), new DeviceId(3));

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (var part : open.reversed()) {
      part.close();
    }
  }

  private ManagedChannel serve(BindableService service) {
    var server =
        InternalServer.start(UUID.randomUUID().toString(), List.of(service), Telemetry.none());
    open.add(server);
    var channel = server.newChannel();
    open.add(channel::shutdownNow);
    return channel;
  }

  private AccountServiceBlockingStub accounts(FakeAccounts service) {
    return AccountServiceGrpc.newBlockingStub(serve(service))
        .withDeadlineAfter(10, TimeUnit.SECONDS);
  }

  private static GetChainRequest request(int idBytes) {
    return GetChainRequest.newBuilder()
        .setAccountId(ByteString.copyFrom(new byte[idBytes]))
        .build();
  }

  private static StatusRuntimeException failure(AccountServiceBlockingStub stub, int idBytes) {
    return catchThrowableOfType(
        StatusRuntimeException.class, () -> stub.getChain(request(idBytes)));
  }

  private static void assertReason(Throwable failure, Reason reason) {
    assertThat(Statuses.reason(failure)).contains(reason);
    var details = Objects.requireNonNull(StatusProto.fromThrowable(failure));
    assertThat(details.getDetailsList()).hasSize(1);
    assertThat(details.getDetails(0).is(ErrorInfo.class)).isTrue();
  }

  @Test
  void requestOutOfBounds_neverReachesTheService() {
    var reached = new CompletableFuture<GetChainRequest>();
    var failure =
        failure(accounts(new FakeAccounts((request, _) -> reached.complete(request))), 15);
    assertReason(failure, Reason.FIELD_OUT_OF_BOUNDS);
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(failure.getStatus().getDescription()).contains("account_id");
    assertThat(reached).isNotDone();
  }

  @Test
  void secondFrameOutOfBounds_endsTheStreamAndTellsTheService() throws Exception {
    var service = new FakePresence();
    var answers = new Answers();
    var requests = PresenceServiceGrpc.newStub(serve(service)).attach(answers);
    requests.onNext(lease("relay-1"));
    assertThat(answers.next()).isEqualTo("leased");
    requests.onNext(lease(""));
    assertThat(answers.next()).isEqualTo("FIELD_OUT_OF_BOUNDS");
    assertThat(service.next()).isEqualTo("relay-1");
    assertThat(service.next()).isEqualTo("CANCELLED");
    // The service may not know yet: what it sends is dropped.
    service.out.join().onNext(AttachResponse.getDefaultInstance());
    service.out.join().onCompleted();
    assertThat(answers.queue).isEmpty();
  }

  private static AttachRequest lease(String relay) {
    return AttachRequest.newBuilder().setLease(Lease.newBuilder().setRelay(relay)).build();
  }

  @Test
  void textOfAnException_neverReachesTheClientNorTheLog() {
    var log = new ListAppender<ILoggingEvent>();
    log.start();
    var root =
        ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(Logger.ROOT_LOGGER_NAME);
    root.addAppender(log);
    try {
      var thrown =
          failure(
              accounts(
                  new FakeAccounts((_, _) -> {
                    throw new IllegalStateException("secret", new RuntimeException("secret"));
                  })),
              16);
      var answered =
          failure(
              accounts(
                  new FakeAccounts((_, out) -> out.onError(new IllegalStateException("secret")))),
              16);
      for (var failure : List.of(thrown, answered)) {
        assertReason(failure, Reason.INTERNAL);
        assertThat(failure).hasMessageNotContaining("secret");
        assertThat(String.valueOf(failure.getTrailers())).doesNotContain("secret");
        assertThat(failure.getCause()).isNull();
      }
    } finally {
      root.detachAppender(log);
    }
    assertThat(log.list).hasSize(2);
    for (var event : log.list) {
      var text =
          event.getFormattedMessage() + ThrowableProxyUtil.asString(event.getThrowableProxy());
      assertThat(text).doesNotContain("secret").contains("IllegalStateException");
    }
  }

  @Test
  void statusWithoutReason_getsOneAndLosesItsText() {
    var service =
        accounts(
            new FakeAccounts((_, out) ->
                out.onError(
                    Status.DEADLINE_EXCEEDED.withDescription("secret").asRuntimeException())));
    var failure = failure(service, 16);
    assertReason(failure, Reason.UNAVAILABLE);
    assertThat(failure).hasMessageNotContaining("secret");
  }

  @Test
  void statusWithReason_passesThrownOrAnswered() {
    var limited = Statuses.rateLimited(Duration.ofSeconds(3));
    var thrown =
        failure(
            accounts(
                new FakeAccounts((_, _) -> {
                  throw limited;
                })),
            16);
    var answered = failure(accounts(new FakeAccounts((_, out) -> out.onError(limited))), 16);
    for (var failure : List.of(thrown, answered)) {
      assertReason(failure, Reason.RATE_LIMITED);
      assertThat(Statuses.retryAfter(failure)).contains(Duration.ofSeconds(3));
    }
  }

  @Test
  void unknownCalls_areNotServed() {
    var channel = serve(FakeAccounts.answering(1));
    var service =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                PresenceServiceGrpc.newBlockingStub(channel)
                    .locate(LocateRequest.getDefaultInstance()));
    assertReason(service, Reason.NOT_SERVED);
    var method =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                AccountServiceGrpc.newBlockingStub(channel)
                    .getServerInfo(GetServerInfoRequest.getDefaultInstance()));
    assertReason(method, Reason.NOT_SERVED);
  }

  @Test
  void caller_isWhoTheRelaySaysAndNobodyElse() {
    var seen = new LinkedBlockingQueue<Optional<Caller>>();
    var stub =
        accounts(
            new FakeAccounts((_, out) -> {
              seen.add(Caller.current());
              FakeAccounts.answer(out, 1);
            }));
    assertThat(CALLER.on(stub).getChain(request(16)).getChainSequence()).isEqualTo(1);
    assertThat(seen.remove()).contains(CALLER);
    stub.getChain(request(16));
    assertThat(seen.remove()).isEmpty();
  }

  @Test
  void callerRequired_refusesCallsWithoutOne() {
    var stub =
        accounts(
            new FakeAccounts(
                (_, out) -> FakeAccounts.answer(out, Caller.required().device().number())));
    assertReason(failure(stub, 16), Reason.CALLER_NOT_ALLOWED);
    assertThat(CALLER.on(stub).getChain(request(16)).getChainSequence()).isEqualTo(3);
  }

  @Test
  void malformedCaller_isRefused() {
    var stub = accounts(FakeAccounts.answering(1));
    for (var device : List.of("0", "128", "x", "-1", "1e9", "")) {
      var headers = new Metadata();
      headers.put(Caller.ACCOUNT, new byte[16]);
      headers.put(Caller.DEVICE, device);
      assertReason(failure(with(stub, headers), 16), Reason.CALLER_NOT_ALLOWED);
    }
    var half = new Metadata();
    half.put(Caller.ACCOUNT, new byte[16]);
    assertReason(failure(with(stub, half), 16), Reason.CALLER_NOT_ALLOWED);
  }

  private static AccountServiceBlockingStub with(
      AccountServiceBlockingStub stub, Metadata headers) {
    return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  @Test
  void handlers_mayBlock() {
    // Sixty-four calls, each answered only when all are there.
    var all = new CountDownLatch(64);
    var stub =
        accounts(
            new FakeAccounts((_, out) -> {
              all.countDown();
              try {
                FakeAccounts.answer(out, all.await(10, TimeUnit.SECONDS) ? 1 : 0);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            }));
    var calls = new ArrayList<CompletableFuture<Integer>>();
    for (var i = 0; i < 64; i++) {
      var call = new CompletableFuture<Integer>();
      calls.add(call);
      Thread.startVirtualThread(() -> call.complete(stub.getChain(request(16)).getChainSequence()));
    }
    assertThat(calls).allSatisfy(c -> assertThat(c.join()).isEqualTo(1));
  }

  /// Remembers frames and how its stream ended.
  private static final class FakePresence extends PresenceServiceImplBase {
    final CompletableFuture<ServerCallStreamObserver<AttachResponse>> out =
        new CompletableFuture<>();
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

    String next() throws InterruptedException {
      return String.valueOf(seen.poll(10, TimeUnit.SECONDS));
    }

    @Override
    public StreamObserver<AttachRequest> attach(StreamObserver<AttachResponse> responses) {
      var call = (ServerCallStreamObserver<AttachResponse>) responses;
      call.setOnCancelHandler(() -> seen.add("CANCELLED"));
      out.complete(call);
      return new StreamObserver<>() {
        @Override
        public void onNext(AttachRequest frame) {
          seen.add(frame.getLease().getRelay());
          responses.onNext(
              AttachResponse.newBuilder().setLeased(Leased.getDefaultInstance()).build());
        }

        @Override
        public void onError(Throwable t) {}

        @Override
        public void onCompleted() {
          responses.onCompleted();
        }
      };
    }
  }

  private static final class Answers implements StreamObserver<AttachResponse> {
    final BlockingQueue<String> queue = new LinkedBlockingQueue<>();

    String next() throws InterruptedException {
      return String.valueOf(queue.poll(10, TimeUnit.SECONDS));
    }

    @Override
    public void onNext(AttachResponse frame) {
      queue.add(frame.hasLeased() ? "leased" : "other");
    }

    @Override
    public void onError(Throwable t) {
      queue.add(Statuses.reason(t).map(Reason::name).orElse("no reason"));
    }

    @Override
    public void onCompleted() {
      queue.add("completed");
    }
  }
}
