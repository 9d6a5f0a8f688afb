package sotto.presence;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import sotto.mesh.testing.HandClock;

final class LeaseTimeTest {
  private final HandClock clock = new HandClock();
  private final LeaseTime time = new LeaseTime(clock, 1_000);

  @Test
  void followsTheClock() {
    clock.pass(Duration.ofMillis(300));

    assertThat(time.advance()).isEqualTo(300);
    assertThat(time.now()).isEqualTo(300);
  }

  @Test
  void clockSetAYearAhead_isOneStep() {
    clock.pass(Duration.ofDays(365));

    assertThat(time.advance()).isEqualTo(1_000);
    assertThat(time.advance()).isEqualTo(1_000);
  }

  @Test
  void clockSetBack_isNoStepAndGoesOnFromThere() {
    clock.pass(Duration.ofDays(-365));
    assertThat(time.advance()).isZero();

    clock.pass(Duration.ofMillis(200));
    assertThat(time.advance()).isEqualTo(200);
  }
}
