package sotto.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import sotto.client.Progress;

/// The bar of `send --file`.
class SendProgressTest {
  @Test
  void line_hasBarAmountRateAndTimeLeft() {
    assertThat(SendProgress.line(new Progress(25_000_000, 100_000_000), Duration.ofSeconds(10)))
        .isEqualTo("██████░░░░░░░░░░░░░░░░░░ 25.0 MB of 100.0 MB, 2.5 MB/s, 0:30 left");
  }

  @Test
  void beginning_guessesNothing() {
    assertThat(SendProgress.line(new Progress(0, 1000), Duration.ofSeconds(10)))
        .isEqualTo("░░░░░░░░░░░░░░░░░░░░░░░░ 0 B of 1.0 kB");
    assertThat(SendProgress.line(new Progress(0, 0), Duration.ZERO)).startsWith("████");
  }
}
