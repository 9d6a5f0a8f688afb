package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// The chart on a real Kubernetes whose pods and nodes are upgraded, drained and lost.
@Timeout(value = 55, unit = TimeUnit.MINUTES)
class FaultsKubernetesTest {
  private static final int CANNOT_BE_TRIED = 77;

  @Test
  @EnabledIfSystemProperty(named = "sotto.long", matches = "true")
  void podsAndNodesAreReplacedAndLost_losesNothingDoublesNothing() {
    var checkout = Checkout.find();
    var command = new ProcessBuilder(checkout.root().resolve("e2e/k8s-test").toString());
    command.environment().keySet().removeIf(name -> name.startsWith("SOTTO_STACK_"));
    command.environment().put("SOTTO_BUILD", "off");
    try (var run = new Running("k8s-test", command)) {
      run.endInput();
      var exit = run.awaitEnd(Duration.ofMinutes(50));
      Assumptions.assumeTrue(exit != CANNOT_BE_TRIED, run.err());
      assertThat(exit).as(run.err() + run.seen()).isZero();
      assertThat(run.seen().getLast())
          .matches(
              "accepted=([1-9][0-9]*) delivered=\\1 lost=0 duplicates=0 longest_stall_ms=[0-9]+");
    }
  }
}
