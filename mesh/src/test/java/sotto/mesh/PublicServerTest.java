package sotto.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.AccountServiceGrpc.AccountServiceBlockingStub;
import sotto.account.v1.GetChainRequest;
import sotto.chain.AccountId;
import sotto.chain.DeviceId;
import sotto.proto.Reason;
import sotto.proto.Statuses;

class PublicServerTest {
  private static final GetChainRequest REQUEST =
      GetChainRequest.newBuilder().setAccountId(ByteString.copyFrom(new byte[16])).build();

  @TempDir Path dir;

  private CertificateAuthority ca;
  private final ArrayDeque<AutoCloseable> open = new ArrayDeque<>();

  @BeforeEach
  void makeAuthority() throws Exception {
    ca = CertificateAuthority.openOrCreate(dir, Clock.systemUTC(), new SecureRandom());
  }

  @AfterEach
  void close() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  private PublicServer start(BindableService service) throws Exception {
    return start(service, PublicServerConfig.DEFAULTS);
  }

  private PublicServer start(BindableService service, PublicServerConfig config) throws Exception {
    var server =
        PublicServer.start(
            new HostPort("127.0.0.1", 0),
            config,
            () -> ca.issueServer(List.of()),
            List.of(service),
            Telemetry.none());
    open.push(server);
    return server;
  }

  private ManagedChannel connect(PublicServer server) {
    var channel = TestClient.connect(server.address(), ca.file().toFile(), "localhost");
    open.push(() -> TestClient.close(channel));
    return channel;
  }

  private AccountServiceBlockingStub stub(PublicServer server) {
    return AccountServiceGrpc.newBlockingStub(connect(server))
        .withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  @Test
  void connectionAboveTheLimitOfItsAddress_isClosed_andOneThatEndsMakesRoom() throws Exception {
    var d = PublicServerConfig.DEFAULTS;
    var two =
        new PublicServerConfig(
            d.maxMessageBytes(),
            d.flowControlWindow(),
            d.maxCallsPerConnection(),
            d.idle(),
            d.handshake(),
            d.handshakes(),
            d.maxConnections(),
            2);
    var server = start(FakeAccounts.answering(7), two);
    var first = socket(server);
    open.push(socket(server));

    try (var third = socket(server)) {
      third.setSoTimeout(10_000);
      assertThat(isClosed(third)).isTrue();
    }

    first.close();
    assertThat(
            stub(server)
                .withWaitForReady()
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .getChain(REQUEST)
                .getChainSequence())
        .isEqualTo(7);
  }

  /// Whether a connection is ended or reset before a byte came.
  private static boolean isClosed(Socket connection) throws Exception {
    try {
      return connection.getInputStream().read() < 0;
    } catch (SocketException e) {
      return true;
    }
  }

  private static Socket socket(PublicServer server) throws Exception {
    return new Socket(server.address().host(), server.address().port());
  }

  @Test
  void drain_answersTheCallInFlightAndTakesNoOther() throws Exception {
    var entered = new CountDownLatch(1);
    var leave = new CountDownLatch(1);
    var server =
        start(
            new FakeAccounts((_, out) -> {
              entered.countDown();
              try {
                FakeAccounts.answer(out, leave.await(20, TimeUnit.SECONDS) ? 7 : 0);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            }));
    var stub = stub(server);
    var answer = new CompletableFuture<Integer>();
    Thread.startVirtualThread(() -> answer.complete(stub.getChain(REQUEST).getChainSequence()));
    assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();
    var drained = Thread.startVirtualThread(() -> server.drain(Duration.ofSeconds(20)));
    // The listening socket is closed first; then the call may end.
    awaitRefused(server);
    leave.countDown();
    assertThat(answer.get(20, TimeUnit.SECONDS)).isEqualTo(7);
    assertThat(drained.join(Duration.ofSeconds(20))).isTrue();
  }

  private void awaitRefused(PublicServer server) throws Exception {
    var until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (System.nanoTime() < until) {
      try (var socket = new Socket(server.address().host(), server.address().port())) {
        assertThat(socket.isConnected()).isTrue();
        Thread.onSpinWait();
      } catch (ConnectException refused) {
        return;
      } catch (SocketException reset) {
        // The port was closed while the connection waited to be taken.
        assertThat(reset).hasMessageContaining("reset");
      }
    }
    throw new AssertionError("still listening");
  }

  @Test
  void callThatDoesNotEnd_isCancelledAfterTheGrace() throws Exception {
    var server = start(new FakeAccounts((_, _) -> {}));
    var stub = stub(server);
    var answer = new CompletableFuture<Throwable>();
    Thread.startVirtualThread(() ->
        answer.complete(
            catchThrowableOfType(StatusRuntimeException.class, () -> stub.getChain(REQUEST))));
    // A second call shows that the first has reached the server.
    HealthGrpc.newBlockingStub(stub.getChannel()).check(HealthCheckRequest.getDefaultInstance());
    server.drain(Duration.ofMillis(50));
    assertThat(Status.fromThrowable(answer.get(20, TimeUnit.SECONDS)).getCode())
        .isIn(Status.Code.UNAVAILABLE, Status.Code.CANCELLED);
  }

  @Test
  void callerThatAStrangerClaims_isNotBelieved() throws Exception {
    var seen = new LinkedBlockingQueue<Optional<Caller>>();
    var address = new LinkedBlockingQueue<Optional<PeerAddress>>();
    var service =
        new FakeAccounts((_, out) -> {
          seen.add(Caller.current());
          address.add(PeerAddress.current());
          FakeAccounts.answer(out, 1);
        });
    // Even behind what would believe it.
    var server = start(() -> ServerInterceptors.intercept(service, new CallerInterceptor()));
    var caller = new Caller(new AccountId(1, 2), new DeviceId(3));
    caller.on(stub(server)).getChain(REQUEST);
    assertThat(seen.remove()).isEmpty();
    assertThat(address.remove()).contains(new PeerAddress(0x7f000001L, false));
  }

  @Test
  void messageAboveTheLimit_isRefused() throws Exception {
    var server = start(FakeAccounts.answering(1));
    var huge =
        GetChainRequest.newBuilder().setAccountId(ByteString.copyFrom(new byte[2 << 20])).build();
    var failure =
        catchThrowableOfType(StatusRuntimeException.class, () -> stub(server).getChain(huge));
    assertThat(failure.getStatus().getCode())
        .isIn(Status.Code.RESOURCE_EXHAUSTED, Status.Code.CANCELLED);
  }

  @Test
  void unknownServicesAndReflection_areNotServed() throws Exception {
    var channel = connect(start(FakeAccounts.answering(1)));
    var watch =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                HealthGrpc.newBlockingStub(channel)
                    .watch(HealthCheckRequest.getDefaultInstance())
                    .next());
    assertThat(Statuses.reason(watch)).contains(Reason.NOT_SERVED);
  }

  @Test
  void nonBlockingService_isCalledOnTheNetworksThreads_othersOnVirtualOnes() throws Exception {
    var threads = new LinkedBlockingQueue<Boolean>();
    var service =
        new FakeAccounts((_, out) -> {
          threads.add(Thread.currentThread().isVirtual());
          FakeAccounts.answer(out, 1);
        });
    stub(start(service)).getChain(REQUEST);
    stub(start(new Direct(service))).getChain(REQUEST);
    assertThat(threads).containsExactly(true, false);
  }

  private record Direct(BindableService inner) implements NonBlockingService {
    @Override
    public ServerServiceDefinition bindService() {
      return inner.bindService();
    }
  }

  @Test
  void portThatIsTaken_isAnIoException() throws Exception {
    var first = start(FakeAccounts.answering(1));
    assertThatIOException()
        .isThrownBy(() ->
            PublicServer.start(
                first.address(),
                PublicServerConfig.DEFAULTS,
                () -> ca.issueServer(List.of()),
                List.of(),
                Telemetry.none()));
  }
}
