package sotto.client.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PauseTest {
  private static final Duration NOTHING = Duration.ZERO;

  private final Random random = new Random(1);

  @Test
  void pause_isSpreadFromNothingToTheWholeBackOff_whichDoublesUpToAMinute() {
    for (int failures : List.of(0, 1, 4, 8, 1_000)) {
      var whole = Duration.ofMillis(Math.min(60_000, 250L << Math.min(failures, 8)));
      var pauses =
          IntStream.range(0, 1_000)
              .mapToObj(_ -> Pause.before(failures, NOTHING, random))
              .sorted()
              .toList();

      assertThat(pauses.getFirst()).isLessThan(whole.dividedBy(10));
      assertThat(pauses.getLast()).isBetween(whole.multipliedBy(9).dividedBy(10), whole);
    }
  }

  @Test
  void whatTheServerAsks_isWaitedForInFull_andThoseAskedAlikeDoNotComeTogether() {
    var asked = Duration.ofMinutes(5);
    var pauses =
        IntStream.range(0, 100).mapToObj(_ -> Pause.before(3, asked, random)).distinct().toList();

    assertThat(pauses).allMatch(p -> p.compareTo(asked) >= 0);
    assertThat(pauses).hasSizeGreaterThan(80);
  }

  @Test
  void serverThatAsksForDays_isTriedAgainWithinHours() {
    assertThat(Pause.before(0, Duration.ofDays(49), random)).isLessThan(Duration.ofHours(2));
  }
}
