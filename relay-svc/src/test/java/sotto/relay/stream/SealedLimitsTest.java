package sotto.relay.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import sotto.mesh.PeerAddress;
import sotto.mesh.Rate;
import sotto.relay.TestConfigs;
import sotto.relay.limit.Exceeded;

class SealedLimitsTest {
  private final AtomicLong nanos = new AtomicLong();
  private final Optional<PeerAddress> one = address("192.0.2.1");
  private final Optional<PeerAddress> other = address("192.0.2.2");

  private static Optional<PeerAddress> address(String text) {
    return Optional.of(PeerAddress.of(InetAddress.ofLiteral(text)));
  }

  private SealedLimits limits(int sends, int streams) {
    return new SealedLimits(
        TestConfigs.sealed(new Rate(sends, Duration.ofSeconds(sends)), streams), nanos::get);
  }

  @Test
  void sends_areLimitedForEachAddress_andComeBackWithTime() {
    SealedLimits limits = limits(2, 10);
    assertThat(limits.take(one)).isEmpty();
    assertThat(limits.take(one)).isEmpty();
    assertThat(limits.take(one)).map(Exceeded::limit).contains("sealed-per-address");
    assertThat(limits.take(other)).isEmpty();
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(limits.take(one)).isEmpty();
  }

  @Test
  void openingStreams_isNoWayRoundTheLimit() {
    SealedLimits limits = limits(2, 10);
    assertThat(limits.opened(one)).isEmpty();
    limits.ended(one);
    assertThat(limits.opened(one)).isEmpty();
    limits.ended(one);
    assertThat(limits.opened(one)).map(Exceeded::limit).contains("sealed-per-address");
  }

  @Test
  void openStreams_areLimitedForEachAddress_untilTheyEnd() {
    SealedLimits limits = limits(100, 2);
    assertThat(limits.opened(one)).isEmpty();
    assertThat(limits.opened(one)).isEmpty();
    assertThat(limits.opened(one)).map(Exceeded::limit).contains("sealed-streams-per-address");
    limits.ended(one);
    assertThat(limits.opened(other)).isEmpty();
    assertThat(limits.opened(one)).isPresent();
    limits.ended(one);
    limits.ended(one);
    assertThat(limits.opened(one)).isEmpty();
  }

  @Test
  void callsInsideTheProcess_haveNoLimit() {
    SealedLimits limits = limits(1, 1);
    for (int i = 0; i < 10; i++) {
      assertThat(limits.opened(Optional.empty())).isEmpty();
      assertThat(limits.take(Optional.empty())).isEmpty();
    }
  }
}
