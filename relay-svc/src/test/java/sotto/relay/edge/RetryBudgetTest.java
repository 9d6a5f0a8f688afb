package sotto.relay.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetryBudgetTest {
  @Test
  void eachRetryCostsOne_andTenSuccessesGiveOneBack_upToTheWhole() {
    var budget = new RetryBudget(3);
    assertThat(IntStream.range(0, 4).filter(_ -> budget.take())).hasSize(3);

    IntStream.range(0, 9).forEach(_ -> budget.succeeded());
    assertThat(budget.take()).isFalse();
    budget.succeeded();
    assertThat(budget.take()).isTrue();

    IntStream.range(0, 1_000).forEach(_ -> budget.succeeded());
    assertThat(IntStream.range(0, 10).filter(_ -> budget.take())).hasSize(3);
  }
}
