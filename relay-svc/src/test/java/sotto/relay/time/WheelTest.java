package sotto.relay.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WheelTest {
  private final Wheel wheel = new Wheel(10, 0);
  private final List<String> ran = new ArrayList<>();

  @Test
  void task_runsOnce_whenItsDelayIsOver_andNotBefore() {
    wheel.after(50, () -> ran.add("a"));

    wheel.advanceTo(49);
    assertThat(ran).isEmpty();
    wheel.advanceTo(50);
    wheel.advanceTo(100_000);

    assertThat(ran).containsExactly("a");
  }

  @Test
  void tasks_runInTheOrderOfTheirTimes_overManyRounds() {
    wheel.after(900_000, () -> ran.add("late"));
    wheel.after(5_130, () -> ran.add("next round"));
    wheel.after(10, () -> ran.add("soon"));

    wheel.advanceTo(1_000_000);

    assertThat(ran).containsExactly("soon", "next round", "late");
  }

  @Test
  void cancelledTask_doesNotRun() {
    var timer = wheel.after(50, () -> ran.add("a"));
    timer.cancel();

    wheel.advanceTo(100);

    assertThat(ran).isEmpty();
  }

  @Test
  void taskThatFails_doesNotStopTheWheel_norItsOwnPeriod() {
    wheel.every(
        10,
        () -> {
          ran.add("a");
          throw new IllegalStateException("on purpose");
        });

    wheel.advanceTo(30);

    assertThat(ran).hasSize(3);
  }

  @Test
  void taskThatIsMadeByATask_runsInItsTurn() {
    wheel.after(10, () -> wheel.after(10, () -> ran.add("a")));

    wheel.advanceTo(10);
    assertThat(ran).isEmpty();
    wheel.advanceTo(20);
    assertThat(ran).containsExactly("a");
  }
}
