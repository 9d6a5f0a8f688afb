package sotto.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  @Test
  void help_namesEveryScenario_butNotTheOtherSideOfABaseline() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString())
        .contains(
            "pairs",
            "grow",
            "group",
            "sealed",
            "day",
            "storm",
            "drain",
            "churn",
            "start",
            "client",
            "jmh",
            "guard",
            "store",
            "idle",
            "media",
            "capacity",
            "--mesh")
        .doesNotContain("echo-server");
  }

  @Test
  void everyScenario_hasHelp() {
    for (String scenario : Main.commandLine().getSubcommands().keySet()) {
      assertThat(run(scenario, "--help")).as(scenario).isZero();
    }
  }

  @Test
  void noScenario_isAskedFor() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString()).contains("Which scenario?", "Usage: sotto-bench");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pairs --pairs 0",
        "pairs --rate ten",
        "pairs --in-flight 33",
        "pairs --trials 0",
        "day --users 1",
        "day --rate 0",
        "storm --clients 0",
        "drain --backlog 0",
        "start --times 0",
        "churn --devices 1025",
        "churn --rate 0",
        "client --members 1024",
        "client --parts nothing",
        "client --mesh",
        "idle --streams 0",
        "idle --trials 0",
        "media --megabytes 0",
        "presence --devices 0",
        "presence-times --trials 0",
        "jmh --seconds 0",
        "jmh [",
        "guard --trials 0",
        "pairs --bytes 7",
        "pairs --ca /nowhere",
        "pairs --mesh --address a:1",
        "pairs --address nowhere",
        "pairs --address a:1 --ca /nowhere",
        "pairs --mesh --profile oracle",
        "group --members 1024",
        "group --connected 101",
        "sealed --seconds 0",
        "capacity --users 0",
        "capacity --users -5",
        "capacity --users NaN",
        "capacity --users many",
        "capacity --offline 90% --away 20%",
        "capacity --sample 10",
        "capacity --shard-disk 1GB",
        "bogus"
      })
  void whatMakesNoSense_isRefusedBeforeAnythingIsStarted(String line) {
    assertThat(run(line.split(" "))).as(line).isEqualTo(2);
    assertThat(err.toString()).doesNotContain("Exception");
  }

  @Test
  void moreConnectionsThanFiles_areRefusedWithBothNumbers() {
    assertThat(ReportOptions.tooMany(19_500, 20_000)).isEmpty();
    assertThat(ReportOptions.tooMany(19_501, 20_000))
        .hasValueSatisfying(why -> assertThat(why).contains("19,501", "20,000", "ulimit -n"));
  }

  @Test
  void refusals_areSentences_andFaultsOfThisProgramAreNot() {
    assertThat(Main.sentence(new CannotMeasure("why"))).contains("why");
    assertThat(Main.sentence(Status.UNAVAILABLE.withDescription("gone").asRuntimeException()))
        .hasValueSatisfying(said -> assertThat(said).contains("UNAVAILABLE", "gone"));
    assertThat(Main.sentence(new IllegalStateException("a fault"))).isEmpty();
  }
}
