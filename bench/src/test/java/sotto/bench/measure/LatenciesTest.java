package sotto.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class LatenciesTest {
  private final Latencies latencies = new Latencies();

  @Test
  void ranks_areThoseOfTheTimes_toAThousandth() {
    for (int i = 1; i <= 1_000; i++) {
      latencies.add(i * 1_000_000L);
    }

    assertThat(latencies.count()).isEqualTo(1_000);
    assertThat(latencies.millis(50)).isCloseTo(500, within(0.5));
    assertThat(latencies.millis(99)).isCloseTo(990, within(1.0));
    assertThat(latencies.millis(100)).isCloseTo(1_000, within(1.0));
  }

  @Test
  void none_isNotANumber() {
    assertThat(latencies.millis(50)).isNaN();
    assertThat(latencies.points()).isEmpty();
  }

  @Test
  void points_endWhereASingleTimeWouldStandForMany() {
    for (int i = 1; i <= 100; i++) {
      latencies.add(i * 1_000_000L);
    }

    assertThat(latencies.points().getLast().nines()).isCloseTo(2, within(0.001));
  }

  @Test
  void timesOutOfBounds_countAsTheBound() {
    latencies.add(-5);
    latencies.add(Long.MAX_VALUE);

    assertThat(latencies.count()).isEqualTo(2);
    assertThat(latencies.millis(100)).isCloseTo(3_600_000, within(3_600.0));
  }
}
