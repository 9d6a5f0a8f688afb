package sotto.e2e.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// The short form of `make sim`.
class SimulationTest {
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);

  @Test
  void everySchedule_andSomeSeeds_keepTheGuarantees() throws Exception {
    int status = Main.run(new String[] {"SEEDS=120"}, out);

    assertThat(said.toString(StandardCharsets.UTF_8)).endsWith("seeds=120 violations=0\n");
    assertThat(status).isZero();
  }

  @Test
  void wrongArguments_areRefusedWithTheUse() throws Exception {
    assertThat(Main.run(new String[] {"SEEDS=many"}, out)).isEqualTo(2);
    assertThat(said.toString(StandardCharsets.UTF_8)).contains("what is SEEDS=many?", "SEED=N");
  }
}
