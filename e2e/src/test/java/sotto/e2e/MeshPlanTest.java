package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class MeshPlanTest {
  @Test
  void nothingSaid_isTenMinutesOfAHundredPairsOnACluster() {
    var plan = MeshPlan.parse(5);
    assertThat(plan.profile()).isEqualTo(StoreProfile.VITESS);
    assertThat(plan.length()).isEqualTo(Duration.ofMinutes(10));
    assertThat(plan.pairs()).isEqualTo(100);
    assertThat(plan.seed()).isEqualTo(5);
  }

  @Test
  void whatIsSaid_isDone() {
    var plan = MeshPlan.parse(5, "--profile", "mysql", "--minutes", "1", "--seed", "9", "--keep");
    assertThat(plan.profile()).isEqualTo(StoreProfile.MYSQL);
    assertThat(plan.length()).isEqualTo(Duration.ofMinutes(1));
    assertThat(plan.seed()).isEqualTo(9);
    assertThat(plan.keep()).isTrue();
  }

  @Test
  void whatCannotBe_isASentence() {
    assertThatThrownBy(() -> MeshPlan.parse(0, "--pairs", "501"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("--pairs is 1 to 500");
    assertThatThrownBy(() -> MeshPlan.parse(0, "--every", "0"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("--every is 1 or more");
    assertThatThrownBy(() -> MeshPlan.parse(0, "--profile", "sqlite"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("there is no profile sqlite");
    assertThatThrownBy(() -> MeshPlan.parse(0, "--quick"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("there is no --quick");
  }
}
