package sotto.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import sotto.client.Progress;

/// The bar of files that move.
class ProgressBarTest {
  @Test
  void line_hasBarAmountRateAndTimeLeft() {
    assertThat(ProgressBar.line(new Progress(25_000_000, 100_000_000), 0, Duration.ofSeconds(10)))
        .isEqualTo("██████░░░░░░░░░░░░░░░░░░ 25.0 MB of 100.0 MB, 2.5 MB/s, 0:30 left");
  }

  @Test
  void beginning_guessesNothing() {
    assertThat(ProgressBar.line(new Progress(0, 1000), 0, Duration.ofSeconds(10)))
        .isEqualTo("░░░░░░░░░░░░░░░░░░░░░░░░ 0 B of 1.0 kB");
    assertThat(ProgressBar.line(new Progress(0, 0), 0, Duration.ZERO)).startsWith("████");
  }

  @Test
  void whatWasThereAtTheBeginning_doesNotCountForTheSpeed() {
    Progress progress = new Progress(75_000_000, 100_000_000);
    assertThat(ProgressBar.line(progress, 50_000_000, Duration.ofSeconds(10)))
        .endsWith("2.5 MB/s, 0:10 left");
    // A connection that broke fell back behind the beginning.
    assertThat(ProgressBar.line(progress, 80_000_000, Duration.ofSeconds(10)))
        .endsWith("75.0 MB of 100.0 MB");
  }
}
