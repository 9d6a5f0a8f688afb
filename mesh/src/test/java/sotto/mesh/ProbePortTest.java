package sotto.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProbePortTest {
  private final ProbePort port = open();
  private final ManagedChannel channel =
      NettyChannelBuilder.forAddress("127.0.0.1", port.address().orElseThrow().port())
          .usePlaintext()
          .build();

  private static ProbePort open() {
    try {
      return ProbePort.open(new ProbeConfig(Optional.of(new HostPort("127.0.0.1", 0))));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterEach
  void close() throws Exception {
    TestClient.close(channel);
    port.close();
  }

  private HealthGrpc.HealthBlockingStub health() {
    return HealthGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  private ServingStatus ask(String service) {
    return health().check(HealthCheckRequest.newBuilder().setService(service).build()).getStatus();
  }

  @Test
  void processIsReadyOnlyBetweenItsStartAndItsLeave_butAliveAllTheWhile() {
    assertThat(ask("live")).isEqualTo(ServingStatus.SERVING);
    assertThat(ask("ready")).isEqualTo(ServingStatus.NOT_SERVING);
    assertThat(ask("")).isEqualTo(ServingStatus.NOT_SERVING);

    port.ready();
    assertThat(ask("ready")).isEqualTo(ServingStatus.SERVING);
    assertThat(ask("")).isEqualTo(ServingStatus.SERVING);

    port.leaving();
    assertThat(ask("live")).isEqualTo(ServingStatus.SERVING);
    assertThat(ask("ready")).isEqualTo(ServingStatus.NOT_SERVING);
  }

  @Test
  void nothingButChecksIsServed_soThatNobodyHoldsAStreamOpen() {
    var watch = health().watch(HealthCheckRequest.getDefaultInstance());

    assertThatThrownBy(watch::hasNext)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED));
  }

  @Test
  void withoutAnAddress_thereIsNoPort() throws Exception {
    try (var none = ProbePort.open(ProbeConfig.DEFAULTS)) {
      none.ready();
      none.leaving();
      assertThat(none.address()).isEmpty();
    }
  }

  @Test
  void portThatIsTaken_isRefused() {
    var taken = new ProbeConfig(port.address());

    assertThatThrownBy(() -> ProbePort.open(taken)).isInstanceOf(IOException.class);
  }
}
