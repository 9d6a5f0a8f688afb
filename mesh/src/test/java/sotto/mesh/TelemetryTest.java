package sotto.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.ByteString;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.GetChainRequest;
import sotto.account.v1.GetChainResponse;
import sotto.chain.AccountId;
import sotto.chain.DeviceId;

class TelemetryTest {
  private static final GetChainRequest REQUEST =
      GetChainRequest.newBuilder().setAccountId(ByteString.copyFrom(new byte[16])).build();

  @TempDir Path dir;

  @Test
  void trace_flowsFromTheClientOverThePublicServerToTheServiceInside() throws Exception {
    var ca = CertificateAuthority.openOrCreate(dir, Clock.systemUTC(), new SecureRandom());
    try (var clientSide = Telemetry.inMemory();
        var serverSide = Telemetry.inMemory();
        var inside =
            InternalServer.start(
                "telemetry-test", List.of(FakeAccounts.answering(5)), serverSide.telemetry())) {
      var channel = inside.newChannel();
      var caller = new Caller(new AccountId(1, 2), new DeviceId(3));
      // As the relay passes a call on.
      var through =
          new FakeAccounts((request, out) -> {
            var stub = caller.on(AccountServiceGrpc.newBlockingStub(channel));
            GetChainResponse answer = stub.getChain(request);
            out.onNext(answer);
            out.onCompleted();
          });
      try (var server =
          PublicServer.start(
              new HostPort("127.0.0.1", 0),
              PublicServerConfig.DEFAULTS,
              () -> ca.issueServer(List.of()),
              List.of(through),
              serverSide.telemetry())) {
        var client =
            TestClient.connect(
                server.address(), ca.file().toFile(), "localhost", clientSide.telemetry());
        assertThat(
                AccountServiceGrpc.newBlockingStub(client)
                    .withDeadlineAfter(20, TimeUnit.SECONDS)
                    .getChain(REQUEST)
                    .getChainSequence())
            .isEqualTo(5);
        TestClient.close(client);
      } finally {
        TestClient.close(channel);
      }
      var outer = take(clientSide);
      var spans = List.of(take(serverSide), take(serverSide), take(serverSide));
      var entry = find(spans, SpanKind.SERVER, outer);
      var inner = find(spans, SpanKind.CLIENT, entry);
      var last = find(spans, SpanKind.SERVER, inner);
      assertThat(last.getTraceId()).isEqualTo(outer.getTraceId());
      for (var span : spans) {
        assertThat(span.getName()).isEqualTo("sotto.account.v1.AccountService/GetChain");
        assertThat(span.getEvents()).isEmpty();
        assertThat(span.getAttributes().asMap().keySet().stream().map(k -> k.getKey()))
            .containsExactlyInAnyOrder(
                "rpc.system", "rpc.service", "rpc.method", "rpc.grpc.status_code");
      }
      assertThat(serverSide.metrics())
          .anySatisfy(m -> assertThat(m.getName()).isEqualTo("grpc.server.call.duration"));
      assertThat(String.valueOf(serverSide.metrics()))
          .doesNotContain(caller.account().toString())
          .doesNotContain("127.0.0.1");
    }
  }

  private static SpanData take(InMemoryTelemetry from) throws InterruptedException {
    var span = from.spans().poll(20, TimeUnit.SECONDS);
    assertThat(span).isNotNull();
    return span;
  }

  private static SpanData find(List<SpanData> spans, SpanKind kind, SpanData parent) {
    var found =
        spans.stream()
            .filter(s -> s.getKind() == kind && s.getParentSpanId().equals(parent.getSpanId()))
            .toList();
    assertThat(found).hasSize(1);
    return found.getFirst();
  }

  @Test
  void failedCall_isAnErrorWithoutText() throws Exception {
    try (var telemetry = Telemetry.inMemory();
        var server =
            InternalServer.start(
                "telemetry-failed",
                List.of(
                    new FakeAccounts((_, _) -> {
                      throw new IllegalStateException("secret");
                    })),
                telemetry.telemetry())) {
      var channel = server.newChannel();
      var _ = catchThrowable(() -> AccountServiceGrpc.newBlockingStub(channel).getChain(REQUEST));
      var spans = new ArrayList<>(List.of(take(telemetry), take(telemetry)));
      for (var span : spans) {
        assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(span.toString()).doesNotContain("secret");
      }
      TestClient.close(channel);
    }
  }

  @Test
  void span_isCurrentInTheHandler() throws Exception {
    try (var telemetry = Telemetry.inMemory();
        var server =
            InternalServer.start(
                "telemetry-current",
                List.of(
                    new FakeAccounts((_, out) ->
                        FakeAccounts.answer(
                            out, Span.current().getSpanContext().isValid() ? 1 : 0))),
                telemetry.telemetry())) {
      var channel = server.newChannel();
      assertThat(AccountServiceGrpc.newBlockingStub(channel).getChain(REQUEST).getChainSequence())
          .isEqualTo(1);
      TestClient.close(channel);
    }
  }

  @Test
  void withoutACollector_nothingIsInstalled() {
    try (var telemetry = Telemetry.open("test", TelemetryConfig.DEFAULTS, Map.of())) {
      assertThat(telemetry.chain()).isEmpty();
      assertThat(telemetry.tracer("test").spanBuilder("x").startSpan().getSpanContext().isValid())
          .isFalse();
    }
  }
}
