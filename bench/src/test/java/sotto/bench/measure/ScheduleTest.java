package sotto.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;

final class ScheduleTest {
  @Test
  void turns_areEvenlySpaced_andRoundingDoesNotAddUp() {
    var schedule = new Schedule(5, 3, 3_000_000);

    assertThat(schedule.at(0)).isEqualTo(5);
    assertThat(schedule.at(1)).isEqualTo(333_333_338);
    assertThat(schedule.at(3)).isEqualTo(1_000_000_005);
    assertThat(schedule.at(2_999_999)).isEqualTo(999_999_666_666_671L);
    assertThat(schedule.end()).isEqualTo(1_000_000_000_000_005L);
  }

  @Test
  void whoIsLate_isToldWhenTheTurnWasToBe_andNoTurnIsLeftOut() {
    long longAgo = System.nanoTime() - 3_600_000_000_000L;
    var schedule = new Schedule(longAgo, 1_000, 100);
    var intended = new ArrayList<Long>();

    schedule.run((index, at) -> {
      assertThat(index).isEqualTo(intended.size());
      intended.add(at);
    });

    assertThat(intended).hasSize(100).startsWith(longAgo, longAgo + 1_000_000);
  }

  @Test
  void noTurn_comesBeforeItsTime() {
    var schedule = new Schedule(System.nanoTime() + 1_000_000, 1_000, 20);

    schedule.run((_, at) -> assertThat(System.nanoTime()).isGreaterThanOrEqualTo(at));

    assertThat(System.nanoTime()).isGreaterThanOrEqualTo(schedule.end());
  }

  @Test
  void ratesThatMakeNoSense_areRefused() {
    assertThatThrownBy(() -> new Schedule(0, 0, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Schedule(0, 1, -1)).isInstanceOf(IllegalArgumentException.class);
  }
}
