package sotto.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import sotto.chain.AccountId;
import sotto.chain.DeviceId;
import sotto.proto.Reason;
import sotto.proto.Statuses;
import sotto.quota.v1.QuotaServiceGrpc;
import sotto.quota.v1.ReleaseRequest;
import sotto.quota.v1.ReleaseResponse;

@ResourceLock("log of Refusals")
class MeshNetworkTest {
  private static final Caller CALLER = new Caller(new AccountId(1, 2), new DeviceId(3));

  @TempDir Path dir;
  private TestMesh mesh;
  private CapturedLog log;

  @BeforeEach
  void open() throws IOException {
    mesh = new TestMesh(dir.resolve("mesh"));
    log = CapturedLog.of(Refusals.class);
  }

  @AfterEach
  void close() throws Exception {
    mesh.close();
    log.close();
  }

  private static Channel to(MeshNetwork from, Role role, String pod) {
    return from.pods(role, TestMesh.target(pod)).channel(pod);
  }

  private static StatusRuntimeException failure(Channel channel) {
    return catchThrowableOfType(StatusRuntimeException.class, () -> TestMesh.call(channel));
  }

  private static Channel onBehalf(Channel channel) {
    return ClientInterceptors.intercept(channel, CALLER.interceptor());
  }

  @Test
  void relayCallsAStore_onBehalfOfADevice() throws Exception {
    var seen = new LinkedBlockingQueue<Optional<Caller>>();
    var store =
        mesh.serve(
            mesh.join(Role.STORE, "store-0"),
            new FakeAccounts((_, out) -> {
              seen.add(Caller.current());
              FakeAccounts.answer(out, 7);
            }));
    var channel = to(mesh.join(Role.RELAY, "relay-0"), Role.STORE, store);
    assertThat(TestMesh.call(onBehalf(channel))).isEqualTo(7);
    assertThat(seen.remove()).contains(CALLER);
    assertThat(log.isEmpty()).isTrue();
  }

  @Test
  void callThatIsNotTheRolesToMake_isRefusedAndBothSidesSaySo() throws Exception {
    var store = mesh.serve(mesh.join(Role.STORE, "store-0"), FakeAccounts.answering(1));
    var channel = to(mesh.join(Role.PRESENCE, "presence-0"), Role.STORE, store);
    for (var i = 0; i < 2; i++) {
      assertThat(Statuses.reason(failure(channel))).contains(Reason.CALLER_NOT_ALLOWED);
    }
    assertThat(log.next(2))
        .anyMatch(l ->
            l.startsWith("refused a call")
                && l.contains("peer=\"spiffe://sotto/presence/presence-0\"")
                && l.contains("a presence may not call a store"))
        .anyMatch(l ->
            l.startsWith("a peer refuses a call of this process")
                && l.contains("peer=\"" + store)
                && l.contains("a presence may not call a store"));
    // Once, however often it is tried.
    assertThat(log.isEmpty()).isTrue();
  }

  @Test
  void healthCheck_isAnsweredToEveryRole() throws Exception {
    var store = mesh.serve(mesh.join(Role.STORE, "store-0"));
    var channel = to(mesh.join(Role.PRESENCE, "presence-0"), Role.STORE, store);
    assertThat(
            HealthGrpc.newBlockingStub(channel)
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus())
        .isEqualTo(ServingStatus.SERVING);
  }

  @Test
  void callerOfADevice_isBelievedFromARelayAndFromAStoreAtAStoreAlone() throws Exception {
    var blob = mesh.serve(mesh.join(Role.BLOB, "blob-0"), FakeAccounts.answering(1));
    var other = mesh.serve(mesh.join(Role.STORE, "store-1"), FakeAccounts.answering(1));
    var store = mesh.join(Role.STORE, "store-0");
    assertThat(TestMesh.call(onBehalf(to(store, Role.STORE, other)))).isEqualTo(1);
    assertThat(TestMesh.call(to(store, Role.BLOB, blob))).isEqualTo(1);
    assertThat(Statuses.reason(failure(onBehalf(to(store, Role.BLOB, blob)))))
        .contains(Reason.CALLER_NOT_ALLOWED);
  }

  @Test
  void blobCallsOfAStoreItsQuotaAlone() throws Exception {
    var store =
        mesh.serve(mesh.join(Role.STORE, "store-0"), FakeAccounts.answering(1), new FreeQuota());
    var blob = to(mesh.join(Role.BLOB, "blob-0"), Role.STORE, store);
    assertThat(Statuses.reason(failure(blob))).contains(Reason.CALLER_NOT_ALLOWED);
    assertThat(release(blob)).isNotNull();
    for (var role : List.of(Role.RELAY, Role.STORE)) {
      var other = to(mesh.join(role, "other-" + role), Role.STORE, store);
      assertThat(TestMesh.call(other)).isEqualTo(1);
      assertThatThrownBy(() -> release(other))
          .matches(e -> Statuses.reason(e).equals(Optional.of(Reason.CALLER_NOT_ALLOWED)));
    }
  }

  @Test
  void operatorMayCallWhatIsForOperators_andNothingElse() throws Exception {
    var store = mesh.join(Role.STORE, "store-0");
    var name = mesh.serve(store, FakeAccounts.answering(1), new FreeQuota());
    var operator = to(mesh.join(Role.ADMIN, "alice"), Role.STORE, name);
    assertThat(Statuses.reason(failure(operator))).contains(Reason.CALLER_NOT_ALLOWED);
    assertThat(Statuses.reason(failure(onBehalf(operator)))).contains(Reason.CALLER_NOT_ALLOWED);
    assertThatThrownBy(() -> release(operator))
        .matches(e -> Statuses.reason(e).equals(Optional.of(Reason.CALLER_NOT_ALLOWED)));
  }

  @Test
  void whatIsForOperators_isForNobodyElse() {
    for (var server : Role.values()) {
      for (var caller : Role.values()) {
        assertThat(CallTable.allows(caller, server, "sotto.admin.v1.AnyService"))
            .isEqualTo(caller == Role.ADMIN && server != Role.ADMIN);
      }
      for (var service :
          List.of(
              "sotto.mailbox.v1.MailboxService",
              "sotto.account.v1.AccountService",
              "sotto.cold.v1.ColdService",
              "sotto.quota.v1.QuotaService",
              "sotto.peer.v1.PeerService",
              "sotto.presence.v1.PresenceService",
              "sotto.admin.v2.AnyService")) {
        assertThat(CallTable.allows(Role.ADMIN, server, service)).isFalse();
      }
    }
  }

  @Test
  void operatorsCallAboutAnAccount_isBroughtByStoresToStoresAlone() {
    for (var server : Role.values()) {
      for (var caller : Role.values()) {
        assertThat(CallTable.allows(caller, server, "sotto.admin.v1.AccountAdminService"))
            .isEqualTo(
                (caller == Role.ADMIN && server != Role.ADMIN)
                    || (caller == Role.STORE && server == Role.STORE));
      }
    }
  }

  @Test
  void coldSegments_areForStoresAlone() {
    var cold = "sotto.cold.v1.ColdService";
    for (var role : Role.values()) {
      assertThat(CallTable.allows(role, Role.BLOB, cold)).isEqualTo(role == Role.STORE);
    }
    assertThat(CallTable.allows(Role.RELAY, Role.BLOB, "sotto.blob.v1.BlobService")).isTrue();
  }

  private static ReleaseResponse release(Channel channel) {
    return QuotaServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(20, TimeUnit.SECONDS)
        .release(
            ReleaseRequest.newBuilder()
                .setAccountId(ByteString.copyFrom(new byte[16]))
                .setName(ByteString.copyFrom(new byte[32]))
                .build());
  }

  private static final class FreeQuota extends QuotaServiceGrpc.QuotaServiceImplBase {
    @Override
    public void release(ReleaseRequest request, StreamObserver<ReleaseResponse> out) {
      out.onNext(ReleaseResponse.getDefaultInstance());
      out.onCompleted();
    }
  }

  @Test
  void serverOfAnotherRole_isRefusedAndBothSidesSaySo() throws Exception {
    var presence = mesh.serve(mesh.join(Role.PRESENCE, "presence-0"), FakeAccounts.answering(1));
    failure(to(mesh.join(Role.RELAY, "relay-0"), Role.STORE, presence));
    assertThat(log.next(2))
        .anyMatch(l ->
            l.startsWith("refused a peer")
                && l.contains("peer=\"spiffe://sotto/presence/presence-0\"")
                && l.contains("address=\"" + presence)
                && l.contains("it is a presence, not a store"))
        .anyMatch(l -> l.startsWith("a peer refuses this process") && l.contains("it answers:"));
  }

  @Test
  void certificateThatHasEnded_isRefusedAndBothSidesSaySo() throws Exception {
    var store = mesh.serve(mesh.join(Role.STORE, "store-0"), FakeAccounts.answering(1));
    var before = Clock.offset(Clock.systemUTC(), Duration.ofDays(-3));
    try (var past = new TestMesh(dir.resolve("mesh"), before)) {
      var relay = past.join(Role.RELAY, "relay-0");
      failure(to(relay, Role.STORE, store));
      assertThat(log.next(2))
          .anyMatch(l ->
              l.startsWith("refused a peer")
                  && l.contains("peer=\"spiffe://sotto/relay/relay-0\"")
                  && l.contains("its certificate ended at 20"))
          .anyMatch(
              l -> l.startsWith("a peer refuses this process") && l.contains("address=\"" + store));
    }
  }

  @Test
  void certificateOfAnotherAuthority_isRefusedAndBothSidesSaySo() throws Exception {
    var store = mesh.serve(mesh.join(Role.STORE, "store-0"), FakeAccounts.answering(1));
    try (var other = new TestMesh(dir.resolve("other"))) {
      other.issue(Role.RELAY, "relay-0");
      // It believes the store, but not the other way round.
      var relay = other.join(other.withCa(mesh.ca(), "relay-0"), Role.RELAY);
      failure(to(relay, Role.STORE, store));
      assertThat(log.next(2))
          .anyMatch(l ->
              l.startsWith("refused a peer")
                  && l.contains("peer=\"spiffe://sotto/relay/relay-0\"")
                  && l.contains("not from the mesh's authority"))
          .anyMatch(
              l -> l.startsWith("a peer refuses this process") && l.contains("address=\"" + store));
    }
  }

  @Test
  void serverOfAnotherAuthority_isRefused() throws Exception {
    try (var other = new TestMesh(dir.resolve("other"))) {
      var store = other.serve(other.join(Role.STORE, "store-0"), FakeAccounts.answering(1));
      failure(to(mesh.join(Role.RELAY, "relay-0"), Role.STORE, store));
      assertThat(log.next(2))
          .anyMatch(l ->
              l.startsWith("refused a peer")
                  && l.contains("peer=\"spiffe://sotto/store/store-0\"")
                  && l.contains("not from the mesh's authority"))
          .anyMatch(l -> l.startsWith("a peer refuses this process"));
    }
  }

  @Test
  void strangerWithoutACertificate_isRefusedOnBothSides() throws Exception {
    var store = HostPort.parse(mesh.serve(mesh.join(Role.STORE, "store-0")));
    var channel = TestClient.connect(store, mesh.ca().toFile(), "localhost");
    try {
      assertThat(failure(channel)).isNotNull();
      assertThat(log.next(1).getFirst())
          .startsWith("refused a peer")
          .contains("peer=\"unknown\"", "it shows no certificate");
    } finally {
      TestClient.close(channel);
    }
  }

  @Test
  void plainText_isRefused() throws Exception {
    var store = HostPort.parse(mesh.serve(mesh.join(Role.STORE, "store-0")));
    try (var socket = new Socket(store.host(), store.port())) {
      socket
          .getOutputStream()
          .write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(log.next(1).getFirst())
          .startsWith("refused a peer")
          .contains("it does not speak TLS");
      assertThat(socket.getInputStream().readAllBytes().length).isLessThan(64);
    }
  }

  @Test
  void certificateThatNamesNoRole_doesNotStart() throws Exception {
    var config = mesh.files(Role.RELAY, "relay-0");
    CertificateAuthority.openOrCreate(dir.resolve("mesh"), Clock.systemUTC(), new SecureRandom())
        .issueServer(List.of())
        .write(config.certificate(), config.key());
    assertThatIOException()
        .isThrownBy(() -> mesh.join(config, Role.RELAY))
        .withMessageContaining("names no role");
  }

  @Test
  void certificateOfAnotherRole_doesNotStart() throws Exception {
    var config = mesh.files(Role.BLOB, "blob-0");
    assertThatIOException()
        .isThrownBy(() -> mesh.join(config, Role.STORE))
        .withMessageContaining("spiffe://sotto/blob/blob-0");
  }

  @Test
  void filesThatAreNotThere_areNamed() {
    assertThatIOException()
        .isThrownBy(() -> mesh.join(mesh.withCa(mesh.ca(), "none"), Role.STORE))
        .withMessageContaining("none.pem");
  }

  @Test
  void newFiles_areUsedWithoutARestart() throws Exception {
    try (var other = new TestMesh(dir.resolve("other"))) {
      var store = other.serve(other.join(Role.STORE, "store-0"), FakeAccounts.answering(1));
      var config = mesh.files(Role.RELAY, "relay-0");
      var timer = new HandTimer();
      var relay = mesh.join(config, Role.RELAY, timer);
      assertThat(failure(to(relay, Role.STORE, store))).isNotNull();

      other.issue(Role.RELAY, "relay-0");
      var from = other.withCa(other.ca(), "relay-0");
      replace(from.ca(), config.ca());
      replace(from.key(), config.key());
      replace(from.certificate(), config.certificate());
      timer.runAll();
      assertThat(TestMesh.call(to(relay, Role.STORE, store))).isEqualTo(1);
    }
  }

  private static void replace(Path from, Path to) throws IOException {
    var before = Files.getLastModifiedTime(to).toInstant();
    Files.write(to, Files.readAllBytes(from));
    Files.setLastModifiedTime(to, FileTime.from(before.plusSeconds(5)));
  }
}
