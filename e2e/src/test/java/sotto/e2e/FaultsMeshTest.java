package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// The processes of a mesh die, freeze and are cut off: guarantees G1 to G6 through real relays.
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class FaultsMeshTest {
  @Test
  @EnabledIfSystemProperty(named = "sotto.long", matches = "true")
  void processesOfAMeshFailForAMinute_losesNothingDoublesNothing() throws IOException {
    var plan = MeshPlan.parse(1, "--profile", "mysql", "--minutes", "1", "--pairs", "20");
    var outcome = FaultsMesh.run(plan, System.out);
    assertThat(outcome.good()).as(outcome.lastLine()).isTrue();
    assertThat(outcome.lastLine())
        .matches(
            "accepted=([1-9][0-9]*) delivered=\\1 lost=0 duplicates=0 longest_stall_ms=[0-9]+");
  }

  @Test
  void growthOfMemory_isFlatUpToAThirdAndSomething() {
    assertThat(FaultsMesh.flat(200, 310)).isTrue();
    assertThat(FaultsMesh.flat(200, 311)).isFalse();
  }
}
