package sotto.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.GetServerInfoRequest;
import sotto.mesh.Configs;
import sotto.mesh.Drain;
import sotto.mesh.HostPort;
import sotto.mesh.InMemoryTelemetry;
import sotto.mesh.MonotonicClock;
import sotto.mesh.ProcessLife;
import sotto.mesh.Telemetry;

class WiringTest {
  private static final String CALL = "sotto.account.v1.AccountService/GetServerInfo";

  @TempDir Path dir;

  @Test
  void call_isOneTraceFromThePublicPortThroughTheRelayToTheStore() throws Exception {
    var config =
        Configs.load(
            ServerConfig.class,
            ServerConfig.defaults(Map.of(), dir),
            Optional.empty(),
            Map.of(),
            Map.of("listen", "127.0.0.1:0"));
    try (var telemetry = Telemetry.inMemory();
        var drain = new Drain(Duration.ofSeconds(20), MonotonicClock.system())) {
      var words = Wiring.open(config, life(), telemetry.telemetry(), drain).split(" ", 3);
      ask(HostPort.parse(words[1]), Path.of(words[2].substring("ca=".length())));

      var store = next(telemetry);
      var relay = next(telemetry);
      var port = next(telemetry);
      assertThat(store.getKind()).isEqualTo(SpanKind.SERVER);
      assertThat(relay.getKind()).isEqualTo(SpanKind.CLIENT);
      assertThat(port.getKind()).isEqualTo(SpanKind.SERVER);
      assertThat(store.getParentSpanId()).isEqualTo(relay.getSpanId());
      assertThat(relay.getParentSpanId()).isEqualTo(port.getSpanId());
      assertThat(store.getTraceId()).isEqualTo(port.getTraceId());
    }
  }

  private static ProcessLife life() {
    return new ProcessLife(
        "0", Optional.empty(), List.of(), Duration.ofSeconds(20), Clock.systemUTC(), () -> {});
  }

  private static void ask(HostPort server, Path ca) throws Exception {
    var channel =
        NettyChannelBuilder.forAddress(server.host(), server.port())
            .sslContext(GrpcSslContexts.forClient().trustManager(ca.toFile()).build())
            .build();
    try {
      var info =
          AccountServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(30, TimeUnit.SECONDS)
              .getServerInfo(GetServerInfoRequest.getDefaultInstance());
      assertThat(info.getNamesList()).contains("localhost");
    } finally {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }

  /// The next finished span of the call; the relay's own calls to presence and store are others.
  private static SpanData next(InMemoryTelemetry telemetry) throws InterruptedException {
    while (true) {
      var span = telemetry.spans().poll(30, TimeUnit.SECONDS);
      assertThat(span).as("a span of the call").isNotNull();
      if (span.getName().equals(CALL)) {
        return span;
      }
    }
  }
}
