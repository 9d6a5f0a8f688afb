package sotto.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.Status;
import io.grpc.StatusOr;
import io.grpc.StatusRuntimeException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import sotto.chain.AccountId;
import sotto.chain.DeviceId;

@ResourceLock("log of PodChannel")
class DiscoveredTest {
  @TempDir Path dir;
  private TestMesh mesh;
  private MeshNetwork relay;
  private final HandTimer timer = new HandTimer();

  @BeforeEach
  void open() throws Exception {
    mesh = new TestMesh(dir);
    relay = mesh.join(mesh.files(Role.RELAY, "relay-0"), Role.RELAY, timer);
  }

  @AfterEach
  void close() {
    mesh.close();
  }

  private String store(String pod, int answer) throws Exception {
    return mesh.serve(mesh.join(Role.STORE, pod), FakeAccounts.answering(answer));
  }

  /// A resolver whose answers the test gives.
  private static final class HandResolver extends NameResolver {
    private final CompletableFuture<Listener2> listener = new CompletableFuture<>();
    private final Semaphore refreshed = new Semaphore(0);

    NameResolver.Factory factory() {
      return new Factory() {
        @Override
        public NameResolver newNameResolver(URI target, Args args) {
          return HandResolver.this;
        }

        @Override
        public String getDefaultScheme() {
          return "dns";
        }
      };
    }

    @Override
    public String getServiceAuthority() {
      return "hand";
    }

    @Override
    public void start(Listener2 answers) {
      listener.complete(answers);
    }

    @Override
    public void refresh() {
      refreshed.release();
    }

    @Override
    public void shutdown() {}

    void answer(String... addresses) {
      var groups =
          Stream.of(addresses)
              .map(a -> new EquivalentAddressGroup(new InetSocketAddress(a, 7711)))
              .toList();
      listener
          .join()
          .onResult(
              ResolutionResult.newBuilder()
                  .setAddressesOrError(StatusOr.fromValue(groups))
                  .build());
    }
  }

  @Test
  void staticTarget_isListedAsItIsWritten() {
    var pods = relay.pods(Role.STORE, TestMesh.target("b.example:2", "a.example:1", "[::1]:3"));
    assertThat(pods.list().names()).containsExactly("[::1]:3", "a.example:1", "b.example:2");
    assertThat(relay.pods(Role.STORE, PodTarget.NONE).list()).isEqualTo(PodList.EMPTY);
  }

  @Test
  void targetsOfAnotherForm_areRefused() {
    for (var bad :
        List.of("a:1", "static://a:1", "dns:///a", "dns:///a:0", "xds:///a:1", "static:///a")) {
      assertThatIllegalArgumentException().isThrownBy(() -> new PodTarget(bad));
    }
    assertThat(PodTarget.parse("dns:///store:7711").text()).isEqualTo("dns:///store:7711");
  }

  @Test
  void addressesOfAName_arePodsAndTheListChangesWithThem() throws Exception {
    var resolver = new HandResolver();
    var pods = relay.pods(Role.STORE, new PodTarget("dns:///s:1"), resolver.factory());
    var changes = new LinkedBlockingQueue<PodList>();
    pods.onChange(() -> changes.add(pods.list()));
    assertThat(pods.list()).isEqualTo(PodList.EMPTY);

    resolver.answer("10.0.0.2", "10.0.0.1", "fd00::1");
    assertThat(changes.poll(20, TimeUnit.SECONDS).names())
        .containsExactly("10.0.0.1:7711", "10.0.0.2:7711", "[fd00:0:0:0:0:0:0:1]:7711");
    // The same again in another order is no change.
    resolver.answer("fd00::1", "10.0.0.1", "10.0.0.2");
    resolver.answer("10.0.0.1");
    assertThat(changes.poll(20, TimeUnit.SECONDS).names()).containsExactly("10.0.0.1:7711");
    assertThat(changes).isEmpty();
  }

  @Test
  void emptyAnswerOrNone_keepsTheList() throws Exception {
    var resolver = new HandResolver();
    var pods = relay.pods(Role.STORE, new PodTarget("dns:///s:1"), resolver.factory());
    resolver.answer("10.0.0.1");
    resolver.answer();
    resolver.listener.join().onError(Status.UNAVAILABLE);
    resolver
        .listener
        .join()
        .onResult(
            NameResolver.ResolutionResult.newBuilder()
                .setAddressesOrError(StatusOr.fromStatus(Status.UNAVAILABLE))
                .build());
    assertThat(pods.list().names()).containsExactly("10.0.0.1:7711");
  }

  @Test
  void resolver_isAskedAgainAtEachRefresh() throws Exception {
    var resolver = new HandResolver();
    relay.pods(Role.STORE, new PodTarget("dns:///s:1"), resolver.factory());
    timer.runAll();
    assertThat(resolver.refreshed.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void dnsTarget_isResolvedByGrpc() throws Exception {
    var pods = relay.pods(Role.STORE, new PodTarget("dns:///127.0.0.1:7711"));
    var found = new Semaphore(0);
    pods.onChange(found::release);
    if (pods.list().names().isEmpty()) {
      assertThat(found.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(pods.list().names()).containsExactly("127.0.0.1:7711");
  }

  @Test
  void podThatIsNotListed_isReachedByItsName() throws Exception {
    var pods = relay.pods(Role.STORE, PodTarget.NONE);
    assertThat(TestMesh.call(pods.channel(store("store-0", 3)))).isEqualTo(3);
  }

  @Test
  void pod_isDownFromAFailedAttemptUntilOneSucceeds() throws Exception {
    var store = mesh.join(Role.STORE, "store-0");
    var server = store.serve(List.of(FakeAccounts.answering(5)));
    var name = server.address().toString();
    server.close();
    try (var log = CapturedLog.of(PodChannel.class)) {
      var pods = relay.pods(Role.STORE, TestMesh.target(name));
      assertThat(pods.isDown(name)).isFalse();
      assertThat(
              catchThrowableOfType(
                  StatusRuntimeException.class, () -> TestMesh.call(pods.channel(name))))
          .isNotNull();
      assertThat(log.next(1).getFirst()).startsWith("a pod is down");
      assertThat(pods.isDown(name)).isTrue();

      mesh.serve(
          mesh.join(mesh.at(mesh.files(Role.STORE, "store-1"), HostPort.parse(name)), Role.STORE),
          FakeAccounts.answering(6));
      timer.runAll();
      assertThat(log.next(1).getFirst()).startsWith("a pod is back");
      assertThat(pods.isDown(name)).isFalse();
      assertThat(TestMesh.call(pods.channel(name))).isEqualTo(6);
    }
  }

  @Test
  void podThatStopsAnswering_isNoticedByKeepAlive() throws Exception {
    try (var proxy = new BlackHole(HostPort.parse(store("store-0", 3)));
        var log = CapturedLog.of(PodChannel.class)) {
      var pods = relay.pods(Role.STORE, TestMesh.target(proxy.address()));
      var channel = pods.channel(proxy.address());
      assertThat(TestMesh.call(channel)).isEqualTo(3);
      proxy.swallow();
      var began = System.nanoTime();
      var failure =
          catchThrowableOfType(StatusRuntimeException.class, () -> TestMesh.call(channel));
      assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat((System.nanoTime() - began) / 1_000_000_000).isBetween(0L, 12L);
      // The next attempt gets no handshake, and that is the end of it.
      var _ = catchThrowableOfType(StatusRuntimeException.class, () -> TestMesh.call(channel));
      assertThat(log.next(1).getFirst()).startsWith("a pod is down");
    }
  }

  @Test
  void oneForAccount_isOnePodForEachAccount_andNotTheSameForAll() throws Exception {
    var pods = relay.pods(Role.STORE, TestMesh.target(store("store-0", 1), store("store-1", 2)));
    var channel = MeshNetwork.oneForAccount(pods);
    var chosen = new HashSet<Integer>();
    for (var account = 0; account < 32; account++) {
      var first = callFor(account, channel);
      for (var i = 0; i < 3; i++) {
        assertThat(callFor(account, channel)).isEqualTo(first);
      }
      chosen.add(first);
    }
    assertThat(chosen).containsExactlyInAnyOrder(1, 2);
    assertThat(List.of(TestMesh.call(channel), TestMesh.call(channel)))
        .as("for nobody: any")
        .containsExactlyInAnyOrder(1, 2);
  }

  @Test
  void oneForAccount_isTheNextPodWhileItsOwnIsDown() throws Exception {
    var nobody = "127.0.0.1:1";
    var pods = relay.pods(Role.STORE, TestMesh.target(store("store-0", 1), nobody));
    try (var log = CapturedLog.of(PodChannel.class)) {
      assertThat(
              catchThrowableOfType(
                  StatusRuntimeException.class, () -> TestMesh.call(pods.channel(nobody))))
          .isNotNull();
      // The call may fail before the channel has told its state.
      assertThat(log.next(1).getFirst()).startsWith("a pod is down");
    }
    assertThat(pods.isDown(nobody)).isTrue();

    for (var account = 0; account < 32; account++) {
      assertThat(callFor(account, MeshNetwork.oneForAccount(pods))).isEqualTo(1);
    }
  }

  private static int callFor(int account, Channel channel) throws Exception {
    return new Caller(new AccountId(1, account), new DeviceId(1))
        .in(Context.current())
        .call(() -> TestMesh.call(channel));
  }

  @Test
  void anyOf_goesRoundThePodsThatAreNotDown() throws Exception {
    var first = store("store-0", 1);
    var second = store("store-1", 2);
    var pods = relay.pods(Role.STORE, TestMesh.target(first, second));
    var any = MeshNetwork.anyOf(pods);
    assertThat(List.of(TestMesh.call(any), TestMesh.call(any), TestMesh.call(any)))
        .containsOnly(1, 2)
        .containsSubsequence(1, 2);
    var none = MeshNetwork.anyOf(relay.pods(Role.STORE, PodTarget.NONE));
    assertThat(catchThrowableOfType(StatusRuntimeException.class, () -> TestMesh.call(none)))
        .isNotNull();
  }
}
