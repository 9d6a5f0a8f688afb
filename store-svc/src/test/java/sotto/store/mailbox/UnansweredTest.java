package sotto.store.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import sotto.store.cold.SegmentName;

/// When a segment that cannot be read is asked for again, and how often the log says so.
final class UnansweredTest {
  private final Unanswered unanswered = new Unanswered();

  private static SegmentName name(int n) {
    return SegmentName.random(new Random(n));
  }

  private static long at(Duration time) {
    return time.toNanos();
  }

  @Test
  void timeBetweenTwoTries_doublesToItsEndAndBeginsAnewWithAnAnswer() {
    long now = 0;
    long wait = Unanswered.SHORTEST.toNanos();
    for (int i = 0; i < 12; i++) {
      assertThat(unanswered.mayTry(name(1), now)).isTrue();
      var _ = unanswered.failed(name(1), now);
      assertThat(unanswered.mayTry(name(1), now + wait - 1)).isFalse();
      assertThat(unanswered.mayTry(name(2), now + wait - 1)).isTrue();
      now += wait;
      wait = Math.min(2 * wait, Unanswered.LONGEST.toNanos());
    }
    unanswered.answered(name(1));
    assertThat(unanswered.mayTry(name(1), now)).isTrue();
    assertThat(unanswered.mayTry(name(1), now)).isTrue();
  }

  @Test
  void whenTheTimeIsOver_oneReaderTries() {
    var _ = unanswered.failed(name(1), 0);
    assertThat(unanswered.mayTry(name(1), at(Unanswered.SHORTEST))).isTrue();
    assertThat(unanswered.mayTry(name(1), at(Unanswered.SHORTEST))).isFalse();
  }

  @Test
  void logSaysSo_onceInFiveMinutesHoweverManyFail() {
    assertThat(unanswered.failed(name(1), 0)).isEqualTo(OptionalLong.of(1));
    long end = at(Unanswered.QUIET);
    for (int i = 0; i < 2_000; i++) {
      assertThat(unanswered.failed(name(i), end - 1)).isEmpty();
    }
    assertThat(unanswered.failed(name(3), end)).isEqualTo(OptionalLong.of(2_001));
    assertThat(unanswered.failed(name(4), end + 1)).isEmpty();
  }
}
