package sotto.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class RatioTest {
  @Test
  void ratio_isOfEachTrialsOwnFigures_notOfTheMedians() {
    var ratio = Ratio.of(new double[] {10, 200, 60}, new double[] {100, 100, 200});

    assertThat(ratio).isEqualTo(new Ratio(0.3, 0.1, 2));
  }

  @Test
  void median_ofAnEvenNumber_isBetweenTheTwoInTheMiddle() {
    assertThat(Ratio.median(new double[] {4, 1, 2, 100})).isEqualTo(3);
    assertThat(Ratio.median(new double[] {4})).isEqualTo(4);
  }

  @Test
  void trialsThatDoNotMatch_areRefused() {
    assertThatThrownBy(() -> Ratio.of(new double[] {1}, new double[] {1, 2}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Ratio.of(new double[0], new double[0]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
