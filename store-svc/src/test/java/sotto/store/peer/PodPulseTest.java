package sotto.store.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class PodPulseTest {
  private final PodPulse pulse = new PodPulse();

  private static long at(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }

  /// A try that is refused at once.
  private PodPulse.Look refused(long millis) {
    long number = pulse.begin(at(millis));
    assertThat(number).isNotEqualTo(PodPulse.NOT_NOW);
    pulse.failed(at(millis), number);
    return pulse.look(at(millis));
  }

  @Test
  void refusedCalls_areSilenceOnlyAfterTwoSeconds() {
    for (long millis = 0; millis < 2_000; millis += 200) {
      assertThat(refused(millis)).isInstanceOf(PodPulse.Asked.class);
    }
    assertThat(refused(2_000)).isInstanceOf(PodPulse.Silent.class);
  }

  @Test
  void twoRefusalsFarApart_areNoSilence() {
    assertThat(refused(0)).isInstanceOf(PodPulse.Asked.class);
    assertThat(refused(60_000)).isInstanceOf(PodPulse.Asked.class);
  }

  @Test
  void answer_isGoodForTwoSecondsAndAskedAnewAfterOne() {
    var _ = pulse.begin(at(0));
    pulse.answered(at(0), "pod/1", false);
    assertThat(pulse.begin(at(999))).isEqualTo(PodPulse.NOT_NOW);
    assertThat(pulse.begin(at(1_000))).isNotEqualTo(PodPulse.NOT_NOW);
    assertThat(pulse.look(at(1_999))).isEqualTo(new PodPulse.Heard("pod/1", false));
    assertThat(pulse.look(at(2_000))).isInstanceOf(PodPulse.Asked.class);
  }

  @Test
  void tryThatIsNeverAnswered_isSilenceAfterTwoSecondsUntilAnAnswer() {
    var _ = pulse.begin(at(0));
    assertThat(pulse.begin(at(1_999))).isEqualTo(PodPulse.NOT_NOW);
    assertThat(pulse.look(at(1_999))).isInstanceOf(PodPulse.Asked.class);
    assertThat(pulse.begin(at(2_000))).isNotEqualTo(PodPulse.NOT_NOW);
    assertThat(pulse.look(at(2_000))).isInstanceOf(PodPulse.Silent.class);
    pulse.answered(at(2_100), "pod/1", true);
    assertThat(pulse.look(at(2_100))).isEqualTo(new PodPulse.Heard("pod/1", true));
  }
}
