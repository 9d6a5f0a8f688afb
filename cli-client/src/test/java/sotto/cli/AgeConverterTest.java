package sotto.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class AgeConverterTest {
  private final AgeConverter converter = new AgeConverter();

  @Test
  void numberAndUnit_areAnAge() {
    assertThat(converter.convert("90d")).isEqualTo(Duration.ofDays(90));
    assertThat(converter.convert("12h")).isEqualTo(Duration.ofHours(12));
    assertThat(converter.convert("5m")).isEqualTo(Duration.ofMinutes(5));
    assertThat(converter.convert("0s")).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "90", "d", "-1d", "1.5d", "90 d", "90D", "500ms", "36526d", "99999999999d"})
  void anythingElse_isRefused(String text) {
    assertThatThrownBy(() -> converter.convert(text)).isInstanceOf(TypeConversionException.class);
  }

  @Test
  void bar_showsHowManyOfHowMany() {
    assertThat(HistoryBar.line("archive", 0, 0))
        .isEqualTo("█".repeat(24) + " archive: 0 of 0 messages");
    assertThat(HistoryBar.line("archive", 500, 1000))
        .isEqualTo("█".repeat(12) + "░".repeat(12) + " archive: 500 of 1000 messages");
  }
}
