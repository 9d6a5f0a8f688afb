package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// A mesh of the version before this is upgraded under load.
@Timeout(value = 45, unit = TimeUnit.MINUTES)
class FaultsUpgradeTest {
  private static final int CANNOT_BE_TRIED = 77;

  @Test
  @EnabledIfSystemProperty(named = "sotto.long", matches = "true")
  void processesOfAnEarlierBuildAreReplacedOneByOne_losesNothingDoublesNothing() {
    var checkout = Checkout.find();
    var command = new ProcessBuilder(checkout.root().resolve("e2e/faults-upgrade").toString());
    command.environment().put("SOTTO_BUILD", "off");
    try (var run = new Running("faults-upgrade", command)) {
      run.endInput();
      var exit = run.awaitEnd(Duration.ofMinutes(40));
      Assumptions.assumeTrue(exit != CANNOT_BE_TRIED, run.err());
      assertThat(exit).as(run.err() + run.seen()).isZero();
      assertThat(run.seen().getLast())
          .matches(
              "accepted=([1-9][0-9]*) delivered=\\1 lost=0 duplicates=0 longest_stall_ms=[0-9]+");
    }
  }
}
