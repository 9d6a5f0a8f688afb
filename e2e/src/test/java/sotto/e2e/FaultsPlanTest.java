package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class FaultsPlanTest {
  @Test
  void nothingSaid_isEveryFaultOfTheCluster() {
    var plan = FaultsPlan.parse();
    assertThat(plan.profile()).isEqualTo(StoreProfile.VITESS);
    assertThat(plan.faults())
        .containsExactly(
            StoreFault.PRIMARY,
            StoreFault.GATE,
            StoreFault.REPARENT,
            StoreFault.REPLICA,
            StoreFault.SERVER,
            StoreFault.RESHARD);
  }

  @Test
  void whatIsSaid_isDone() {
    var plan =
        FaultsPlan.parse("--profile", "combo", "--faults", "server", "--short", "--rate", "7");
    assertThat(plan.faults()).isEqualTo(List.of(StoreFault.SERVER));
    assertThat(plan.between()).isEqualTo(Duration.ofSeconds(5));
    assertThat(plan.rate()).isEqualTo(7);
  }

  @Test
  void whatCannotBe_isASentence() {
    assertThatThrownBy(() -> FaultsPlan.parse("--profile", "combo", "--faults", "reshard"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("combo has no fault reshard");
    assertThatThrownBy(() -> FaultsPlan.parse("--rate"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("--rate needs a value");
    assertThatThrownBy(() -> FaultsPlan.parse("--rate", "0"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("--rate is 1 to 20000");
    assertThatThrownBy(() -> FaultsPlan.parse("--quick"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("there is no --quick");
  }
}
