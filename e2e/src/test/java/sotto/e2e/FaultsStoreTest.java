package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// The storage under the server dies: guarantees G1 to G6 on real storage.
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class FaultsStoreTest {
  private static void assertNothingLost(String... arguments) throws IOException {
    var outcome = FaultsStore.run(FaultsPlan.parse(arguments), System.out);
    assertThat(outcome.good()).as(outcome.lastLine()).isTrue();
    assertThat(outcome.lastLine())
        .matches(
            "accepted=([1-9][0-9]*) delivered=\\1 lost=0 duplicates=0 longest_stall_ms=[0-9]+");
  }

  @Test
  void vitessInOneProcessAndServerKilledUnderLoad_losesNothingDoublesNothing() throws IOException {
    assertNothingLost(
        "--profile", "combo", "--pairs", "2", "--seconds", "2", "--outage", "2", "--rate", "200");
  }

  @Test
  @EnabledIfSystemProperty(named = "sotto.long", matches = "true")
  void mysqlAndServerKilledUnderLoad_losesNothingDoublesNothing() throws IOException {
    assertNothingLost("--profile", "mysql", "--short");
  }

  @Test
  @EnabledIfSystemProperty(named = "sotto.long", matches = "true")
  void everyFaultOfACluster_losesNothingDoublesNothing() throws IOException {
    assertNothingLost("--short");
  }
}
