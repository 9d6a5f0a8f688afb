package sotto.presence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sotto.presence.Relay.connected;

import com.google.protobuf.ByteString;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountId;
import sotto.mesh.InternalServer;
import sotto.mesh.Telemetry;
import sotto.mesh.testing.HandClock;
import sotto.presence.v1.LocateRequest;
import sotto.presence.v1.PresenceServiceGrpc;
import sotto.proto.Reason;
import sotto.proto.Statuses;

final class PresenceServiceTest {
  private static final AccountId ALICE = new AccountId(1, 2);
  private static final PresenceConfig FAST =
      new PresenceConfig(Duration.ofSeconds(1), Duration.ofMillis(5), 4, 2, 10, 10);

  /// The only test that runs on real time: the timer is there and ends a lease by itself.
  @Test
  void openedService_registersLocatesAndLetsLeasesLapse() {
    try (var presence = PresenceService.open(FAST, Clock.systemUTC(), Telemetry.none());
        var server = InternalServer.start("presence-open", presence.services(), Telemetry.none())) {
      var channel = server.newChannel();
      Relay relay = new Relay(PresenceServiceGrpc.newStub(channel));
      relay.lease("r1", 1, 1_000);
      relay.apply(connected(ALICE, 1, 10));

      var found =
          PresenceServiceGrpc.newBlockingStub(channel)
              .locate(
                  LocateRequest.newBuilder()
                      .addAllAccountIds(
                          List.of(
                              ByteString.copyFrom(new byte[16]),
                              ByteString.copyFrom(ALICE.bytes())))
                      .build());

      assertThat(found.getAccountsList())
          .extracting(at -> at.getLocationsCount())
          .containsExactly(0, 1);
      assertThat(relay.end().flatMap(Statuses::reason)).contains(Reason.SILENT);
      channel.shutdownNow();
    }
  }

  @Test
  void moreRelaysThanTheBound_areRefused() {
    try (var pod =
        new Pod(new PresenceConfig(Duration.ofSeconds(10), Duration.ofMillis(250), 1, 2, 10, 10))) {
      pod.relay("r1", 1);
      pod.relay("r2", 1);
      Relay third = pod.rawRelay();
      third.sendLease("r3", 1);

      assertThat(third.end().flatMap(Statuses::reason)).contains(Reason.LIMIT_REACHED);
    }
  }

  @Test
  void metricsCountDevicesAndRelays() {
    try (var telemetry = Telemetry.inMemory();
        var presence = PresenceService.open(FAST, new HandClock(), telemetry.telemetry());
        var server =
            InternalServer.start("presence-metrics", presence.services(), telemetry.telemetry())) {
      var channel = server.newChannel();
      Relay relay = new Relay(PresenceServiceGrpc.newStub(channel));
      relay.lease("r1", 1, 1_000);
      relay.apply(connected(ALICE, 1, 10), connected(ALICE, 2, 10));

      assertThat(telemetry.metrics())
          .extracting(MetricData::getName)
          .contains("sotto.presence.devices", "sotto.presence.relays");
      channel.shutdownNow();
    }
  }

  @Test
  void defaultsAreWithinTheirBounds_andBrokenBoundsAreNamed() {
    assertThat(PresenceConfig.DEFAULT.leaseLife()).isEqualTo(Duration.ofSeconds(10));
    assertThatThrownBy(
            () -> new PresenceConfig(Duration.ofSeconds(10), Duration.ofSeconds(3), 64, 1, 1, 1))
        .hasMessageContaining("tick");
    assertThatThrownBy(
            () -> new PresenceConfig(Duration.ofSeconds(10), Duration.ofMillis(250), 63, 1, 1, 1))
        .hasMessageContaining("stripes");
  }
}
