package sotto.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ConnectionLimitsTest {
  private static final Optional<PeerAddress> HERE = Optional.of(new PeerAddress(1, false));
  private static final Optional<PeerAddress> THERE = Optional.of(new PeerAddress(2, false));

  private final AtomicLong nanos = new AtomicLong();

  @Test
  void oneAddress_getsItsShare_andAllTogetherTheWhole() {
    var limits = limits(100, 3, 2);
    assertThat(limits.take(HERE)).isTrue();
    assertThat(limits.take(HERE)).isTrue();
    assertThat(limits.take(HERE)).isFalse();
    assertThat(limits.take(THERE)).isTrue();
    assertThat(limits.take(THERE)).isFalse();

    limits.give(HERE);
    assertThat(limits.take(THERE)).isTrue();
    assertThat(limits.take(HERE)).isFalse();
  }

  @Test
  void handshakes_areBoundedInTime_andThoseRefusedTakeNoPlace() {
    var limits = limits(2, 3, 3);
    assertThat(limits.take(HERE)).isTrue();
    assertThat(limits.take(HERE)).isTrue();
    for (int i = 0; i < 10; i++) {
      assertThat(limits.take(HERE)).isFalse();
    }

    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(limits.take(HERE)).isTrue();
  }

  /// So many handshakes at once and then one a second.
  private ConnectionLimits limits(int handshakes, int most, int mostPerAddress) {
    var d = PublicServerConfig.DEFAULTS;
    return new ConnectionLimits(
        new PublicServerConfig(
            d.maxMessageBytes(),
            d.flowControlWindow(),
            d.maxCallsPerConnection(),
            d.idle(),
            d.handshake(),
            new Rate(handshakes, Duration.ofSeconds(handshakes)),
            most,
            mostPerAddress),
        nanos::get,
        Telemetry.none().meter("test"));
  }
}
