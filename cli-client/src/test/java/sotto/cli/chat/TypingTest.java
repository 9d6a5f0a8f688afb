package sotto.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TypingTest {
  private final List<Boolean> told = new ArrayList<>();
  private long now;
  private final Typing typing = new Typing(told::add, () -> now);

  @Test
  void manyKeys_areOneNotice_repeatedAfterAWhile() {
    typing.typed();
    typing.typed();
    now += Duration.ofSeconds(3).toNanos();
    typing.typed();
    assertThat(told).containsExactly(true);
    now += Duration.ofSeconds(2).toNanos();
    typing.typed();
    assertThat(told).containsExactly(true, true);
  }

  @Test
  void end_isToldOnce_andOnlyAfterABeginning() {
    typing.ended();
    assertThat(told).isEmpty();
    typing.typed();
    typing.ended();
    typing.ended();
    assertThat(told).containsExactly(true, false);
    typing.typed();
    assertThat(told).containsExactly(true, false, true);
  }
}
